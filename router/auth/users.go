package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// Users finds the credentials of those who may join. C is [TicketUser], [CRAUser],
// [SCRAMUser] or [CryptosignUser]. It is used by many attempts at the same time.
type Users[C any] interface {
	// Find returns the credentials of the principal whom an attempt claims to be, by
	// its realm and authid; for cryptosign also by authextra.pubkey, where the authid may be
	// empty. False means that there is no such principal. It may wait; the context
	// ends with the time for the handshake. An error means that nothing could be found
	// out, and refuses the attempt with wamp.error.authentication_failed.
	//
	// Clear secrets from which keys have to be derived first are for [Static] only.
	Find(ctx context.Context, a *router.Attempt) (C, bool, error)
}

// Static is [Users] that are known beforehand, by authid.
type Static[C any] map[string]C

// Find implements [Users].
func (s Static[C]) Find(_ context.Context, a *router.Attempt) (C, bool, error) {
	c, known := s[a.AuthID]
	return c, known, nil
}

// grant is who a principal is once it has proved it.
type grant struct {
	authID, role string
	extra        wamp.Dict
}

// credential is what C of Users has to offer.
type credential[C any] interface {
	// prepare checks the credentials and brings them into the form that is compared
	// with. Without derive it fails if that takes effort.
	prepare(derive bool) (C, error)
	// disguise makes the credentials of somebody who does not exist out of those of
	// somebody who does, or of none. The noise is a principal's own, and secret.
	disguise(noise []byte) C
	grant() grant
}

// directory is users as the methods work with them.
type directory[C credential[C]] struct {
	method    string
	users     Users[C]
	prepared  bool               // as they come from users
	always    bool               // nobody is asked whether there is a principal before it is challenged
	anonymous bool               // the authid may be left out
	models    []C                // what users look like, for those who do not exist
	example   *atomic.Pointer[C] // the first user that was found, if there are no models
	options   options
}

func newDirectory[C credential[C]](method string, users Users[C], opts []Option) (directory[C], error) {
	d := directory[C]{method: method, users: users, example: new(atomic.Pointer[C]), options: newOptions(opts)}
	static, ok := users.(Static[C])
	if !ok {
		return d, nil
	}
	prepared := make(Static[C], len(static))
	for _, authID := range slices.Sorted(maps.Keys(static)) {
		c, err := static[authID].prepare(true)
		if err != nil {
			return d, fmt.Errorf("%s: user %q: %w", method, authID, err)
		}
		prepared[authID] = c
		d.models = append(d.models, c)
	}
	d.users, d.prepared = prepared, true
	return d, nil
}

// Method implements [router.Authenticator].
func (d *directory[C]) Method() string { return d.method }

// Recognize implements [router.Recognizer].
func (d *directory[C]) Recognize(ctx context.Context, a *router.Attempt) (router.Recognition, error) {
	if d.always {
		return router.Known, nil
	}
	_, known, err := d.users.Find(ctx, a)
	switch {
	case err != nil:
		return router.Unknown, fmt.Errorf("%s: find user: %w", d.method, err)
	case known:
		return router.Known, nil
	}
	return router.Unknown, nil
}

// find returns the credentials of the principal whom an attempt claims to be, or
// made up ones if there is none.
func (d *directory[C]) find(ctx context.Context, a *router.Attempt) (c C, known bool, err error) {
	if a.AuthID == "" && !d.anonymous {
		return c, false, wamp.NewError(wamp.ErrAuthenticationFailed, "%s needs HELLO.Details.authid", d.method)
	}
	c, known, err = d.users.Find(ctx, a)
	if err == nil && known && !d.prepared {
		c, err = c.prepare(false)
	}
	switch {
	case err != nil:
		return c, false, fmt.Errorf("%s: find user: %w", d.method, err)
	case !known:
		return d.decoy(a), false, nil
	case !d.prepared:
		d.example.CompareAndSwap(nil, &c)
	}
	return c, true, nil
}

// decoy is the credentials of a principal who does not exist.
func (d *directory[C]) decoy(a *router.Attempt) C {
	noise := d.options.noise(d.method, string(a.Realm), a.AuthID)
	var model C
	if n := len(d.models); n > 0 {
		model = d.models[binary.BigEndian.Uint32(noise)%uint32(n)]
	} else if example := d.example.Load(); example != nil {
		model = *example
	}
	return model.disguise(noise)
}

// admit is the identity of a principal who has proved it.
func (d *directory[C]) admit(a *router.Attempt, c C) router.Identity {
	g := c.grant()
	if g.authID == "" {
		g.authID = a.AuthID
	}
	return router.Identity{AuthID: g.authID, Role: g.role, Provider: d.options.provider, Extra: g.extra}
}

// Option changes a method.
type Option func(*options)

type options struct {
	provider       string
	decoySecret    []byte
	router         routerKey
	bindingDemands bool
}

func newOptions(opts []Option) options {
	o := options{provider: "static"}
	for _, opt := range opts {
		opt(&o)
	}
	if o.decoySecret == nil {
		o.decoySecret = random(sha256.Size)
	}
	return o
}

// Provider sets the authprovider that clients are told. The default is "static".
func Provider(name string) Option { return func(o *options) { o.provider = name } }

// DecoySecret sets what the challenges for principals who do not exist are derived
// from: a random secret of 16 octets or more that stays the same when the router
// starts again, and is the same in every router with the same users. The default is
// a random one, with which somebody who asks before and after a start can tell that the
// salt of an authid was made up.
func DecoySecret(secret []byte) Option {
	return func(o *options) {
		if len(secret) > 0 {
			o.decoySecret = slices.Clone(secret)
		}
	}
}

// RequireChannelBinding refuses clients of WAMP-SCRAM and cryptosign that do not bind
// their proof to their TLS connection, and those whose connection has none.
func RequireChannelBinding() Option { return func(o *options) { o.bindingDemands = true } }

// noise is 32 octets that nobody else can know and that stay the same for the same parts.
func (o *options) noise(parts ...string) []byte {
	mac := hmac.New(sha256.New, o.decoySecret)
	for _, part := range parts {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}

// denied refuses whoever did not prove to be who they claim to be, whatever the reason.
func denied() error {
	return wamp.NewError(wamp.ErrAuthenticationDenied, "authentication was denied")
}

// random is n random octets.
func random(n int) []byte {
	octets := make([]byte, n)
	rand.Read(octets) // never fails
	return octets
}

// stretch is n octets of noise, which are not the noise itself.
func stretch(noise []byte, n int) []byte {
	var octets []byte
	for i := 0; len(octets) < n; i++ {
		mac := hmac.New(sha256.New, noise)
		fmt.Fprint(mac, "stretched ", i)
		octets = mac.Sum(octets)
	}
	return octets[:n]
}
