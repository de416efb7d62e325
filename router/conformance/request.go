package conformance

// What cases do again and again when it is not what they are about.

// Subscribe subscribes and returns the subscription's id.
func (p *Peer) Subscribe(topic string, options ...d) int64 {
	p.Send(32, next, merged(options), topic)
	return p.Expect(33, last, anID).ID(2)
}

// Unsubscribe ends a subscription.
func (p *Peer) Unsubscribe(subscription int64) {
	p.Send(34, next, subscription)
	p.Expect(35, last)
}

// Register registers and returns the registration's id.
func (p *Peer) Register(procedure string, options ...d) int64 {
	p.Send(64, next, merged(options), procedure)
	return p.Expect(65, last, anID).ID(2)
}

// Unregister ends a registration.
func (p *Peer) Unregister(registration int64) {
	p.Send(66, next, registration)
	p.Expect(67, last)
}

// Publish publishes, waits for PUBLISHED, and returns the publication's id.
func (p *Peer) Publish(topic string, args ...any) int64 {
	return p.PublishWith(d{}, topic, args...)
}

// PublishWith is Publish with options.
func (p *Peer) PublishWith(options d, topic string, args ...any) int64 {
	p.Send(append(l{16, next, merged([]d{options, {"acknowledge": true}}), topic}, payload(args)...)...)
	return p.Expect(17, last, anID).ID(2)
}

// Call calls a procedure that the router or somebody else answers by himself,
// and returns the RESULT.
func (p *Peer) Call(procedure string, args ...any) Message {
	p.Send(append(l{48, next, d{}, procedure}, payload(args)...)...)
	return p.Expect(50, last, aDict, rest)
}

// CallKw is Call with keyword arguments.
func (p *Peer) CallKw(procedure string, args l, kwargs d) Message {
	p.Send(48, next, d{}, procedure, args, kwargs)
	return p.Expect(50, last, aDict, rest)
}

// Refused makes a request of a type, with everything but its type and id, and
// hears that it is refused.
func (p *Peer) Refused(uri any, kind int, elements ...any) Message {
	p.Send(append(l{kind, next}, elements...)...)
	return p.ExpectError(kind, last, uri)
}

// Invoked waits for an INVOCATION and returns its id.
func (p *Peer) Invoked(args ...any) int64 {
	return p.Expect(append(l{68, anID, anID, aDict}, payload(args)...)...).ID(1)
}

// Yield answers an invocation.
func (p *Peer) Yield(invocation int64, args ...any) {
	p.Send(append(l{70, invocation, d{}}, payload(args)...)...)
}

// Serves lets a callee answer a caller's CALL, from end to end, and tells whether
// it came from there.
func (p *Peer) Serves(caller *Peer, procedure string) {
	caller.Send(48, next, d{}, procedure, l{"ping"})
	p.Yield(p.Invoked("ping"), "pong")
	caller.Expect(50, last, d{}, l{"pong"})
}

// payload is the tail of a message with positional arguments.
func payload(args l) l {
	if len(args) == 0 {
		return nil
	}
	return l{args}
}

func merged(options []d) d {
	all := d{}
	for _, one := range options {
		for key, value := range one {
			all[key] = value
		}
	}
	return all
}
