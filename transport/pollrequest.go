package transport

import (
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// DefaultLongPollPath is where [Server.Serve] serves HTTP long-poll if other
// paths are somebody else's.
const DefaultLongPollPath = "/lp"

// pollRequest is what an HTTP request asks of long-poll. The end of its path
// says so: base/open, base/id/receive, base/id/send or base/id/close.
type pollRequest struct{ base, id, verb string }

// parsePollRequest reports whether r is a request for long-poll.
func parsePollRequest(r *http.Request) (p pollRequest, ok bool) {
	if r.Method != http.MethodPost && !isPreflight(r) {
		return p, false
	}
	p.base, p.verb, _ = cutLast(r.URL.Path)
	switch p.verb {
	case "open":
		return p, true
	case "receive", "send", "close":
		p.base, p.id, ok = cutLast(p.base)
		return p, ok && p.id != ""
	}
	return p, false
}

// cutLast cuts the last segment off a path.
func cutLast(path string) (before, last string, found bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path, false
	}
	return path[:i], path[i+1:], true
}

// pollsAt reports whether Serve serves long-poll below base.
func (s *Server) pollsAt(base string) bool {
	switch {
	case s.options.LongPollPath != "":
		return base == s.options.LongPollPath
	case s.options.Path == "" && s.options.HTTP == nil:
		return true
	}
	return base == DefaultLongPollPath
}

// servePoll answers a request for long-poll.
func (s *Server) servePoll(w http.ResponseWriter, r *http.Request, p pollRequest) {
	defer s.boundRest(w)
	if !s.checkOrigin(w, r) {
		return
	}
	shareWithOrigin(w.Header(), r)
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case isPreflight(r):
		answerPreflight(w)
	case p.verb == "open":
		s.openLongPoll(w, r)
	case p.verb == "close":
		// A connection that is gone already, perhaps after a last message, is closed too.
		if c := s.longPolls.find(p.id); c != nil {
			c.leftByPeer(r.Context().Done())
		}
		answerDone(w, r)
	case p.verb == "receive":
		s.longPolls.begin()
		defer s.longPolls.end()
		s.exchange(w, r, p.id, (*longPoll).answerReceive)
	default:
		s.exchange(w, r, p.id, (*longPoll).answerSend)
	}
}

// exchange lets the peer of a connection send or receive.
func (s *Server) exchange(w http.ResponseWriter, r *http.Request, id string, answer func(*longPoll, http.ResponseWriter, *http.Request)) {
	c := s.longPolls.find(id)
	if c == nil {
		answerGone(w)
		return
	}
	c.arrive()
	defer c.depart()
	answer(c, w, r)
}

// answerDone says that a request was carried out. The specification wants
// status "202 (no content)" for it, of which the number and the words are two
// different ones in HTTP. Autobahn|JS goes by the words and takes 202 for a
// failure; it can be told by the charset that it gives with its content type.
func answerDone(w http.ResponseWriter, r *http.Request) {
	status := http.StatusAccepted
	kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/json" && parameters["charset"] != "" {
		status = http.StatusNoContent
	}
	w.WriteHeader(status)
}

// answerNothing says that there is no message yet, and that the peer may ask again.
func answerNothing(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }

// answerGone says that there is no such connection.
func answerGone(w http.ResponseWriter) {
	http.Error(w, "There is no such transport: it has been closed, or nobody asked for its messages for too long.", http.StatusNotFound)
}

// setReadDeadline and setWriteDeadline set deadlines of the network connection
// that a request came by, where the HTTP server lets them.
func setReadDeadline(w http.ResponseWriter, t time.Time) {
	_ = http.NewResponseController(w).SetReadDeadline(t)
}

func setWriteDeadline(w http.ResponseWriter, t time.Time) {
	_ = http.NewResponseController(w).SetWriteDeadline(t)
}

// boundRest bounds how long net/http waits for what is left of a request's body
// when the request has been answered.
func (s *Server) boundRest(w http.ResponseWriter) {
	setReadDeadline(w, s.config().handshakeDeadline())
}

// readBody reads a request's body of at most limit octets into memory, before
// the deadline. Longer bodies are an *http.MaxBytesError.
func readBody(w http.ResponseWriter, body io.ReadCloser, memory *incoming, limit int, deadline time.Time) ([]byte, error) {
	setReadDeadline(w, deadline)
	content, err := memory.read(http.MaxBytesReader(w, body, int64(limit)), limit)
	if err == nil {
		setReadDeadline(w, time.Time{}) // it would end the request's context as well
	}
	return content, err
}
