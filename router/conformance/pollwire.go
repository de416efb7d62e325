package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// PollWire is an HTTP long-poll connection (Advanced Profile, section "HTTP
// Longpoll Transport").
type PollWire struct {
	client http.Client
	base   string // the URL of the transport
}

// pollBase is where the long-poll transport lives. The path before /open is
// the deployment's to choose.
const pollBase = "/longpoll"

// openPoll opens a connection by one of the protocols.
func openPoll(address string, protocols ...string) (w *PollWire, protocol string, err error) {
	w = &PollWire{client: http.Client{Transport: &http.Transport{}}, base: "http://" + address + pollBase}
	request, _ := json.Marshal(map[string][]string{"protocols": protocols})
	status, body, err := w.post("/open", request)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the router answers /open with %d %s", status, body)
	}
	var opened struct{ Protocol, Transport string }
	if err == nil {
		err = json.Unmarshal(body, &opened)
	}
	if err == nil && opened.Transport == "" {
		err = fmt.Errorf("the router answers /open with %s", body)
	}
	if err != nil {
		w.client.CloseIdleConnections()
		return nil, "", err
	}
	w.base += "/" + opened.Transport
	return w, opened.Protocol, nil
}

// post makes a request and returns the answer.
func (w *PollWire) post(path string, body []byte) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	response, err := w.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

func (w *PollWire) framed(message []byte) []byte { return message }

// octets sends a body.
func (w *PollWire) octets(raw []byte) error {
	status, answer, err := w.post("/send", raw)
	if err == nil && status != http.StatusAccepted {
		err = &closed{cause: fmt.Errorf("the router answers /send with %d %s", status, answer)}
	}
	return err
}

func (w *PollWire) receive() ([]byte, error) {
	for began := time.Now(); time.Since(began) < patience; {
		status, body, err := w.post("/receive", nil)
		switch {
		case err != nil:
			return nil, ended(err)
		case status == http.StatusOK && len(body) > 0:
			return body, nil
		case status/100 != 2:
			return nil, &closed{cause: fmt.Errorf("the router answers /receive with %d %s", status, body)}
		}
	}
	return nil, fmt.Errorf("nothing is received for %v", patience)
}

func (w *PollWire) reset() { w.close() }
func (w *PollWire) close() {
	_, _, _ = w.post("/close", nil)
	w.client.CloseIdleConnections()
}
