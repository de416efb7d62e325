package main_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// process is a running wamprouter.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	first string // the line it says on start
	logs  *logs

	started time.Time
}

// logs gathers what a process writes to standard error.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	logs := new(logs)
	return startCommand(t, exec.Command(program, args...), logs, logs)
}

// startCommand starts a program whose standard error goes to errs.
func startCommand(t *testing.T, cmd *exec.Cmd, errs io.Writer, logs *logs) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd, logs: logs, started: time.Now()}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = errs
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		p.cmd.Wait()
		t.Fatalf("nothing was said on start; standard error: %s", p.logs)
	}
	p.first = lines.Text()
	return p
}

// startFile starts the program with a configuration file.
func startFile(t *testing.T, content string) (p *process, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "router.yaml")
	write(t, file, content)
	return start(t, "--config", file), file
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// url is the first address that the process said it serves.
func (p *process) url(scheme string) string {
	p.t.Helper()
	host := regexp.MustCompile(`://(127\.0\.0\.1:\d+)`).FindStringSubmatch(p.first)
	if host == nil {
		p.t.Fatalf("no address in %q", p.first)
	}
	return scheme + "://" + host[1] + "/"
}

// get asks the metrics listener.
func (p *process) get(path string) (status int, body string) {
	p.t.Helper()
	base := regexp.MustCompile(`(http://\S+)/metrics`).FindStringSubmatch(p.first)
	if base == nil {
		p.t.Fatalf("no metrics in %q", p.first)
	}
	client := http.Client{Timeout: patience}
	response, err := client.Get(base[1] + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// logged waits until the log has a text.
func (p *process) logged(text string) {
	p.t.Helper()
	p.eventually("the log says "+text, func() bool { return strings.Contains(p.logs.String(), text) })
}

// eventually waits for something that happens in the process.
func (p *process) eventually(what string, happened func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !happened(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("waited in vain until %s; standard error: %s", what, p.logs)
		}
	}
}

// reload rewrites the file and lets the process read it.
func (p *process) reload(file, content string) {
	p.t.Helper()
	write(p.t, file, content)
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		p.t.Fatal(err)
	}
}

// exit waits for the end and checks the exit code.
func (p *process) exit(want int) {
	p.t.Helper()
	stuck := time.AfterFunc(patience, func() { p.cmd.Process.Kill() })
	defer stuck.Stop()
	p.cmd.Wait()
	if got := p.cmd.ProcessState.ExitCode(); got != want {
		p.t.Errorf("exit code %d, want %d; standard error: %s", got, want, p.logs)
	}
}

// session is a client's session.
type session struct {
	t    *testing.T
	conn transport.Conn
	last wamp.ID // request
}

func join(t *testing.T, url, realm string) *session {
	t.Helper()
	return joinWith(t, url, realm, wamp.Dict{}, nil)
}

// joinWith says HELLO with further details.
func joinWith(t *testing.T, url, realm string, details wamp.Dict, secure *tls.Config) *session {
	t.Helper()
	s, err := tryJoin(t, url, realm, details, secure)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tryJoin(t *testing.T, url, realm string, details wamp.Dict, secure *tls.Config) (*session, error) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := transport.Dial(ctx, url, transport.DialOptions{TLS: secure})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { conn.Close() })
	details["roles"] = wamp.Dict{"caller": wamp.Dict{}, "callee": wamp.Dict{}, "publisher": wamp.Dict{}, "subscriber": wamp.Dict{}}
	s := &session{t: t, conn: conn}
	err = conn.Send(&wamp.Hello{Realm: wamp.URI(realm), Details: details})
	conn.Flush()
	return s, err
}

func (s *session) send(m wamp.Message) {
	s.t.Helper()
	if err := s.conn.Send(m); err != nil {
		s.t.Fatal(err)
	}
	s.conn.Flush()
}

func (s *session) receive() wamp.Message {
	s.t.Helper()
	m, err := s.tryReceive()
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

func (s *session) tryReceive() (wamp.Message, error) {
	overdue := time.AfterFunc(patience, func() { s.conn.Close() })
	defer overdue.Stop()
	frame, err := s.conn.Receive()
	if err != nil {
		return nil, err
	}
	return codec.NewDecoder(s.conn.Format(), codec.Options{}).Decode(frame)
}

func (s *session) welcomed() *session {
	s.t.Helper()
	if m, ok := s.receive().(*wamp.Welcome); !ok {
		s.t.Fatalf("want WELCOME, got %#v", m)
	}
	return s
}

// refused waits for ABORT.
func (s *session) refused(reason wamp.ErrorURI) {
	s.t.Helper()
	if m, ok := s.receive().(*wamp.Abort); !ok || m.Reason != reason {
		s.t.Fatalf("want ABORT with %s, got %#v", reason, m)
	}
}

// lives checks that the session is served: it calls a procedure that nobody has.
func (s *session) lives() {
	s.t.Helper()
	s.last++
	s.send(&wamp.Call{Request: s.last, Procedure: "com.nobody"})
	if m, ok := s.receive().(*wamp.ErrorMessage); !ok {
		s.t.Fatalf("want ERROR, got %#v", m)
	}
}

// call calls a procedure without arguments and returns the error's URI, if any.
func (s *session) call(procedure wamp.URI) wamp.ErrorURI {
	s.t.Helper()
	s.last++
	s.send(&wamp.Call{Request: s.last, Procedure: procedure})
	if m, ok := s.receive().(*wamp.ErrorMessage); ok {
		return m.URI
	}
	return ""
}

// output runs the program to its end.
func output(t *testing.T, args ...string) (string, int) {
	t.Helper()
	return outputOf(t, "", args...)
}

// outputOf runs the program to its end with something on standard input.
func outputOf(t *testing.T, in string, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdin = strings.NewReader(in)
	out, _ := cmd.CombinedOutput()
	return string(out), cmd.ProcessState.ExitCode()
}
