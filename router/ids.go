package router

import (
	"sync/atomic"

	"github.com/wampkit/wampkit/wamp"
)

// routerIDs counts subscriptions and registrations, whose ids are unique in
// the router (section "IDs"). Sessions and publications are drawn at random.
type routerIDs struct{ last atomic.Uint64 }

func (ids *routerIDs) next() wamp.ID { return wamp.ID(ids.last.Add(1)) }

// requestSequence checks the ids of a client's requests: one counter for
// SUBSCRIBE, UNSUBSCRIBE, PUBLISH, REGISTER, UNREGISTER and CALL. It belongs to
// the goroutine that reads the session's messages.
type requestSequence struct {
	strict bool
	last   wamp.ID
}

// accept takes the next request's id.
func (s *requestSequence) accept(kind wamp.MessageType, id wamp.ID) *violation {
	if !s.strict {
		return nil
	}
	if want := s.last.Next(); id != want {
		return violationf("%s with request id %d: the next request of this session is %d", kind, id, want)
	}
	s.last = id
	return nil
}
