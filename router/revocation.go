package router

import (
	"errors"

	"github.com/wampkit/wampkit/wamp"
)

// revoke takes a registration from one of its callees and tells it so, if it
// takes that (Advanced Profile, section "Registration Revocation"). Invocations
// that are under way go on. It returns the callee, of which realm.tell tells; the
// error, a *wamp.Error, says what was not found.
func (d *dealer) revoke(o *outbox, registration, callee wamp.ID, reason wamp.URI) (*session, error) {
	message := &wamp.Unregistered{Details: wamp.UnregisteredDetails{Registration: registration, Reason: reason}}
	for {
		s, err := d.tryRevoke(registration, callee, message)
		switch {
		case s == nil:
			return nil, err
		case !o.retries(s, wamp.TypeUnregistered, err):
			return s, nil
		}
	}
}

// tryRevoke revokes unless the callee has no room for the message. A session
// is returned if there is one to revoke from, with an error like Conn.Send's.
func (d *dealer) tryRevoke(registration, callee wamp.ID, message *wamp.Unregistered) (*session, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	reg := d.byID[registration]
	if reg == nil {
		return nil, noSuchRegistration(registration)
	}
	for _, s := range reg.callees {
		if s.id != callee {
			continue
		}
		err := s.callee.revoke(s, message)
		if err == errNotServing {
			break
		}
		if err == nil {
			d.remove(reg, s, true)
		}
		return s, err
	}
	return nil, wamp.NewError(wamp.ErrNoSuchSession, "session %d does not serve registration %d", callee, registration)
}

// revoke takes a registration from s, whose role this is, and queues
// UNREGISTERED. It fails, and nothing is taken, with errNotServing and like Conn.Send.
func (c *callee) revoke(s *session, message *wamp.Unregistered) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, serves := c.registrations[message.Details.Registration]; !serves {
		return errNotServing // any more: the session itself is giving it up
	}
	if s.roles.Supports(wamp.RoleCallee, wamp.FeatureRegistrationRevocation) {
		if err := s.conn.Send(message); err != nil && fateOf(err) != unfit {
			return err
		}
	}
	delete(c.registrations, message.Details.Registration)
	return nil
}

// revoke is dealer.revoke for a subscription and one of its subscribers
// (Advanced Profile, section "Subscription Revocation").
func (b *broker) revoke(o *outbox, subscription, subscriber wamp.ID, reason wamp.URI) (*session, error) {
	sub := b.subscriptionByID(subscription)
	if sub == nil {
		return nil, noSuchSubscription(subscription)
	}
	message := &wamp.Unsubscribed{Details: wamp.UnsubscribedDetails{Subscription: subscription, Reason: reason}}
	for {
		s, ended, err := sub.tryRevoke(subscriber, message)
		if ended {
			b.forget(sub)
		}
		switch {
		case s == nil:
			return nil, err
		case !o.retries(s, wamp.TypeUnsubscribed, err):
			return s, nil
		}
	}
}

// tryRevoke is like dealer.tryRevoke. Ended tells whether it was the last member.
func (sub *subscription) tryRevoke(subscriber wamp.ID, message *wamp.Unsubscribed) (s *session, ended bool, err error) {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	for _, m := range sub.members {
		if m.session.id != subscriber {
			continue
		}
		err := m.session.subscriber.revoke(m, message)
		if err == errNoMember {
			break
		}
		if err == nil {
			ended = sub.remove(m, true)
		}
		return m.session, ended, err
	}
	return nil, false, wamp.NewError(wamp.ErrNoSuchSession, "session %d has no part in subscription %d", subscriber, sub.id)
}

// errNoMember means that a session has no part in a subscription any more.
var errNoMember = errors.New("session is no member of the subscription any more")

// revoke is like callee.revoke, with errNoMember. subscription.mu is held.
func (r *subscriber) revoke(m *membership, message *wamp.Unsubscribed) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.memberships[m.subscription.id] != m {
		return errNoMember // any more: the session itself is giving it up
	}
	if m.session.roles.Supports(wamp.RoleSubscriber, wamp.FeatureSubscriptionRevocation) {
		if err := m.conn.Send(message); err != nil && fateOf(err) != unfit {
			return err
		}
	}
	delete(r.memberships, m.subscription.id)
	return nil
}

// retries reports whether an attempt to send, which failed with err, is to be
// made again. If it took too long, the session is ended.
func (o *outbox) retries(to *session, kind wamp.MessageType, err error) bool {
	switch fateOf(err) {
	case queued:
		o.sent(to, kind)
	case full:
		if o.awaitRoom(to) {
			return true
		}
		to.endStalled()
	}
	return false
}
