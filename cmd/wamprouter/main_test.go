package main_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wampkit/wampkit/wamp"
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
		if out, err := exec.Command("go", append(buildFlags, "-o", program, ".")...).CombinedOutput(); err != nil {
			panic(string(out))
		}
		return m.Run()
	}())
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
