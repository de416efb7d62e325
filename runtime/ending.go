package runtime

import (
	"errors"
	"fmt"
	"sync"

	"github.com/wampkit/wampkit/wamp"
)

// ErrRevoked means that the router has taken a registration or a subscription away.
// The error is a [*RevokedError], which tells which and why.
var ErrRevoked = errors.New("revoked by the router")

// RevokedError is an [ErrRevoked] with its reason.
type RevokedError struct {
	// URI is the procedure or topic that the session registered or subscribed to.
	URI wamp.URI
	// Reason is what the router said, which may be nothing.
	Reason wamp.URI
}

// Error implements error.
func (e *RevokedError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("%s: %v", e.URI, ErrRevoked)
	}
	return fmt.Sprintf("%s: %v: %s", e.URI, ErrRevoked, e.Reason)
}

// Is reports whether target is [ErrRevoked].
func (e *RevokedError) Is(target error) bool { return target == ErrRevoked }

// ending is when and why a registration or a subscription ended.
type ending struct {
	done chan struct{}
	once sync.Once
	err  error // written before done is closed
}

func (e *ending) init() { e.done = make(chan struct{}) }

// end notes the end. Only the first one counts.
func (e *ending) end(why error) {
	e.once.Do(func() {
		e.err = why
		close(e.done)
	})
}

func (e *ending) why() error {
	select {
	case <-e.done:
		return e.err
	default:
		return nil
	}
}
