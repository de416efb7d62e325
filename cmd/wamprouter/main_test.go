package main_test

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

const patience = 20 * time.Second

// program is the command, built for the tests.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "wamprouter")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "wamprouter")
		if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
			panic(string(out))
		}
		return m.Run()
	}())
}

// process is a running wamprouter.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	first string // the line it says on start
	logs  bytes.Buffer
}

func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(program, args...)}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = &p.logs
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		p.cmd.Wait()
		t.Fatalf("nothing was said on start; standard error: %s", p.logs.String())
	}
	p.first = lines.Text()
	return p
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

// exit waits for the end and checks the exit code.
func (p *process) exit(want int) {
	p.t.Helper()
	stuck := time.AfterFunc(patience, func() { p.cmd.Process.Kill() })
	defer stuck.Stop()
	p.cmd.Wait()
	if got := p.cmd.ProcessState.ExitCode(); got != want {
		p.t.Errorf("exit code %d, want %d; standard error: %s", got, want, p.logs.String())
	}
}

// session is a client's session.
type session struct {
	t    *testing.T
	conn transport.Conn
}

func join(t *testing.T, url, realm string) *session {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := transport.Dial(ctx, url, transport.DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	s := &session{t, conn}
	s.send(&wamp.Hello{Realm: wamp.URI(realm), Details: wamp.Dict{"roles": wamp.Dict{"caller": wamp.Dict{}}}})
	return s
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
	overdue := time.AfterFunc(patience, func() { s.conn.Close() })
	defer overdue.Stop()
	frame, err := s.conn.Receive()
	if err != nil {
		s.t.Fatal(err)
	}
	m, err := codec.NewDecoder(s.conn.Format(), codec.Options{}).Decode(frame)
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

func (s *session) welcomed() {
	s.t.Helper()
	if m, ok := s.receive().(*wamp.Welcome); !ok {
		s.t.Fatalf("want WELCOME, got %#v", m)
	}
}

func TestServesWebSocketAndRawSocketAndSaysGoodbye(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			p := start(t, "--listen", "ws://127.0.0.1:0/ws", "--realm", "com.one", "--realm", "com.two")
			for _, said := range []string{"com.one", "com.two", "ws://127.0.0.1:", "/ws"} {
				if !strings.Contains(p.first, said) {
					t.Errorf("the line on start, %q, does not say %s", p.first, said)
				}
			}
			sessions := []*session{join(t, p.url("ws"), "com.one"), join(t, p.url("tcp"), "com.two")}
			for _, s := range sessions {
				s.welcomed()
			}
			p.cmd.Process.Signal(signal)
			for _, s := range sessions {
				if m, ok := s.receive().(*wamp.Goodbye); !ok || m.Reason != wamp.CloseSystemShutdown {
					t.Errorf("want GOODBYE, got %#v", m)
				}
				s.send(&wamp.Goodbye{Reason: wamp.CloseGoodbyeAndOut})
				s.conn.Shutdown(nil, time.Second)
			}
			p.exit(0)
		})
	}
}

func TestServesUnixSockets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "wamp.sock")
	p := start(t, "--listen", "unix://"+path, "--listen", "tcp://127.0.0.1:0")
	join(t, "unix://"+path, "realm1").welcomed()
	join(t, p.url("tcp"), "realm1").welcomed()
}

func TestStrict(t *testing.T) {
	for _, test := range []struct {
		args []string
		want wamp.MessageType
	}{{nil, wamp.TypeError}, {[]string{"--strict"}, wamp.TypeAbort}} {
		p := start(t, append(test.args, "--listen", "tcp://127.0.0.1:0")...)
		s := join(t, p.url("tcp"), "realm1")
		s.welcomed()
		s.send(&wamp.Call{Request: 7, Procedure: "com.unknown"})
		if got := s.receive().Type(); got != test.want {
			t.Errorf("%v: got %v, want %v", test.args, got, test.want)
		}
	}
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	p := start(t, "--listen", "tcp://127.0.0.1:0")
	s := join(t, p.url("tcp"), "realm1")
	s.welcomed()
	p.cmd.Process.Signal(syscall.SIGTERM)
	s.receive() // GOODBYE, which is not answered
	p.cmd.Process.Signal(syscall.SIGTERM)
	p.exit(128 + int(syscall.SIGTERM))
}

func TestThePortIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	out, code := output(t, "--listen", "tcp://127.0.0.1:0", "--listen", "ws://"+l.Addr().String()+"/ws")
	if code != 1 || !strings.Contains(out, l.Addr().String()) || !strings.Contains(out, "--listen") {
		t.Errorf("exit code %d, output %s", code, out)
	}
}

func TestCommandLine(t *testing.T) {
	for _, test := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--help"}, 0, "wamprouter --listen"},
		{[]string{"--version"}, 0, "wamprouter "},
		{[]string{"--nonsense"}, 2, "--help"},
		{[]string{"--realm", "a..b"}, 2, "a..b"},
		{[]string{"--realm", "a.b", "--realm", "a.b"}, 2, "twice"},
		{[]string{"--log-level", "loud"}, 2, "loud"},
		{[]string{"--listen", "http://x"}, 2, "ws"},
	} {
		out, code := output(t, test.args...)
		if code != test.code || !strings.Contains(out, test.says) {
			t.Errorf("%v: exit code %d, want %d; output, which should say %q: %s", test.args, code, test.code, test.says, out)
		}
	}
}

// output runs the program to its end.
func output(t *testing.T, args ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	out, _ := cmd.CombinedOutput()
	return string(out), cmd.ProcessState.ExitCode()
}
