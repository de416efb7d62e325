package router

import (
	"slices"
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
	// last is the newest request's id. If the rules are lenient, it is the
	// highest one of a CALL; see acceptCall.
	last wamp.ID
	// streamed are the newest calls that came in chunks, if the rules are strict:
	// a ring of up to maxStreamed, the oldest one at next.
	streamed []wamp.ID
	next     int
}

// maxStreamed is how many calls in chunks are remembered.
const maxStreamed = 1024

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

// acceptCall takes the id of a CALL by a caller that may send calls in chunks
// (Advanced Profile, section "Verification of CALL Request IDs"). One that is
// fresh begins a new call; any other may only continue one.
func (s *requestSequence) acceptCall(m *wamp.Call) (fresh bool, v *violation) {
	next := s.last.Next()
	if m.Request != next && m.Request <= s.last {
		return false, nil
	}
	if m.Request != next && s.strict {
		return false, violationf("CALL with request id %d: the next request of this session is %d", m.Request, next)
	}
	s.last = m.Request
	if s.strict && m.Options.Progress {
		s.remember(m.Request)
	}
	return true, nil
}

func (s *requestSequence) remember(streamed wamp.ID) {
	if len(s.streamed) < maxStreamed {
		s.streamed = append(s.streamed, streamed)
		return
	}
	s.streamed[s.next] = streamed
	s.next = (s.next + 1) % maxStreamed
}

// late judges a CALL with the id of a request that is over. If the rules are
// strict, it must have been a call in chunks.
func (s *requestSequence) late(id wamp.ID) *violation {
	if s.strict && !slices.Contains(s.streamed, id) {
		return violationf("CALL with request id %d, which belongs to a request that is over", id)
	}
	return nil
}
