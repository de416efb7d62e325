package transport_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// pollPeer is a client of HTTP long-poll, request by request.
type pollPeer struct {
	http.Client
	base string // the transport's URL
	kind kind
}

// openLongPoll asks for a connection.
func openLongPoll(t testing.TB, server string, k kind) *pollPeer {
	t.Helper()
	p := &pollPeer{kind: k}
	p.Transport = &http.Transport{}
	t.Cleanup(p.CloseIdleConnections)
	protocol := "wamp.2." + k.format.String()
	if k.batched {
		protocol += ".batched"
	}
	status, body := p.post(t.Context(), server+"/lp/open", fmt.Appendf(nil, `{"protocols": ["x", %q]}`, protocol))
	var opened struct{ Protocol, Transport string }
	if err := json.Unmarshal(body, &opened); err != nil || status != http.StatusOK || opened.Protocol != protocol {
		t.Fatalf("open: %d with %s", status, body)
	}
	p.base = server + "/lp/" + opened.Transport
	return p
}

// post makes a request; a status of 0 means that there was no answer.
func (p *pollPeer) post(ctx context.Context, url string, body []byte) (status int, answer []byte) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	response, err := p.Do(request)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer response.Body.Close()
	if answer, err = io.ReadAll(response.Body); err != nil {
		return 0, []byte(err.Error())
	}
	return response.StatusCode, answer
}

func (p *pollPeer) send(ctx context.Context, message []byte) (status int) {
	if p.kind.batched {
		message = batchOf(p.kind.format, string(message))
	}
	status, _ = p.post(ctx, p.base+"/send", message)
	return status
}

// receive gives the messages of one answer to each, as it reads them, until that returns false.
func (p *pollPeer) receive(ctx context.Context, each func(message []byte) bool) (status int) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/receive", nil)
	if err != nil {
		panic(err)
	}
	response, err := p.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return response.StatusCode
	}
	in := bufio.NewReader(response.Body)
	for more := true; more; {
		message, err := p.readMessage(in)
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0
		}
		more = each(message) && p.kind.batched
	}
	return response.StatusCode
}

func (p *pollPeer) readMessage(in *bufio.Reader) ([]byte, error) {
	if !p.kind.batched {
		return io.ReadAll(in)
	}
	if p.kind.format == wamp.JSON {
		message, err := in.ReadBytes(0x1E)
		return bytes.TrimSuffix(message, []byte{0x1E}), err
	}
	var length [4]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint32(length[:]))
	_, err := io.ReadFull(in, message)
	return message, err
}

// dialLongPoll connects by HTTP long-poll. What it returns is one end of a
// pipe; at the other end there is a goroutine for each direction that makes requests.
func dialLongPoll(t testing.TB, server string, k kind, config transport.Config) transport.Conn {
	t.Helper()
	peer := openLongPoll(t, server, k)
	near, far := transport.PipeWith(k.format, config)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		for {
			frame, err := far.Receive()
			if err != nil {
				peer.post(ctx, peer.base+"/close", nil)
				return
			}
			switch peer.send(ctx, frame) {
			case http.StatusAccepted, http.StatusBadRequest: // that it is no WAMP message does not matter here
			default:
				return
			}
		}
	})
	running.Go(func() {
		defer far.Shutdown(nil, 0)
		for {
			status := peer.receive(ctx, func(message []byte) bool {
				for far.SendFrame(message) != nil {
					if !far.AwaitRoom(20 * time.Second) {
						return false
					}
				}
				far.Flush()
				return true
			})
			if status != http.StatusOK && status != http.StatusNoContent {
				return
			}
		}
	})
	t.Cleanup(func() {
		near.Close()
		cancel()
		running.Wait()
		peer.CloseIdleConnections()
	})
	return near
}
