//go:build linux

package main_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// freeAddress is an address of this machine at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestKillAndRestartOnTheSameAddresses(t *testing.T) {
	address, socket := freeAddress(t), filepath.Join(t.TempDir(), "wamp.sock")
	args := []string{"--listen", "tcp://" + address, "--listen", "unix://" + socket + "?mode=0600"}
	for range 3 {
		p := start(t, args...)
		for _, url := range []string{"tcp://" + address, "unix://" + socket} {
			join(t, url, "realm1").welcomed()
		}
		p.cmd.Process.Kill() // kill -9: the socket file stays
		p.cmd.Wait()
		if _, err := os.Lstat(socket); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTooManyOpenFiles lets clients use up every file descriptor.
func TestTooManyOpenFiles(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell to set ulimit with")
	}
	logs := new(logs)
	p := startCommand(t, exec.Command(shell, "-c", "ulimit -n 40 && exec "+program+" --listen tcp://127.0.0.1:0"), logs, logs)
	host := strings.Trim(strings.TrimPrefix(p.url("tcp"), "tcp://"), "/")
	s := join(t, p.url("tcp"), "realm1").welcomed()

	var greedy []net.Conn
	for range 60 { // they connect, since the kernel accepts for the router, and say nothing
		conn, err := net.DialTimeout("tcp", host, patience)
		if err != nil {
			t.Fatal(err)
		}
		greedy = append(greedy, conn)
	}
	p.logged("cannot accept connections for the moment")
	s.lives()
	for _, conn := range greedy {
		conn.Close()
	}
	s.lives()
	p.eventually("new sessions are welcomed", func() bool { return works(t, p.url("tcp"), nil) })
	if n := strings.Count(p.logs.String(), "cannot accept"); n > 100 {
		t.Errorf("the log says so %d times", n)
	}
}

func TestALogThatCannotBeWritten(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full here")
	}
	defer full.Close()
	unread, blocked, err := os.Pipe() // nobody reads it
	if err != nil {
		t.Fatal(err)
	}
	defer unread.Close()
	closed, broken, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for name, errs := range map[string]*os.File{"a full disk": full, "a pipe that nobody reads": blocked, "a pipe that was closed": broken} {
		t.Run(name, func(t *testing.T) {
			p := startCommand(t, exec.Command(program, "--listen", "tcp://127.0.0.1:0", "--log-level", "debug"), errs, new(logs))
			s := join(t, p.url("tcp"), "realm1").welcomed()
			for range 300 { // each logs two lines, more than a pipe holds
				other := join(t, p.url("tcp"), "realm1").welcomed()
				other.send(&wamp.Goodbye{Reason: wamp.CloseRealm})
				other.receive()
				other.conn.Close()
			}
			s.lives()
			p.cmd.Process.Signal(syscall.SIGTERM)
			s.receive()
			s.send(&wamp.Goodbye{Reason: wamp.CloseGoodbyeAndOut})
			s.conn.Shutdown(nil, time.Second)
			p.exit(0)
		})
	}
}

// TestPeersThatTakeTheirTime opens connections that say nothing, or something now
// and then, but never what it takes.
func TestPeersThatTakeTheirTime(t *testing.T) {
	p, _ := startFile(t, "listen: tcp://127.0.0.1:0\nlimits: {handshake_timeout: 500ms, linger: 200ms}\n")
	host := strings.Trim(strings.TrimPrefix(p.url("tcp"), "tcp://"), "/")
	for name, peer := range map[string]struct {
		begin string // at once
		drip  string // every now and then
	}{
		"silent":                       {},
		"half a RawSocket handshake":   {begin: "\x7f"},
		"RawSocket without HELLO":      {begin: "\x7f\xf1\x00\x00"},
		"RawSocket, HELLO in drops":    {begin: "\x7f\xf1\x00\x00\x00\x00\x10\x00", drip: "["},
		"half a request":               {begin: "GET /ws HTT"},
		"request headers in drops":     {begin: "GET /ws HTTP/1.1\r\nHost: x\r\n", drip: "X-A: b\r\n"},
		"a long-poll body in drops":    {begin: "POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n", drip: "{"},
		"WebSocket without a message":  {begin: "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: wamp.2.json\r\n\r\n"},
		"a request that never matters": {begin: "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", host)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			io.WriteString(conn, peer.begin)
			over := make(chan struct{})
			defer close(over)
			if peer.drip != "" {
				go func() {
					for tick := time.NewTicker(50 * time.Millisecond); ; {
						select {
						case <-over:
							tick.Stop()
							return
						case <-tick.C:
							io.WriteString(conn, peer.drip)
						}
					}
				}()
			}
			conn.SetReadDeadline(time.Now().Add(2 * patience))
			if _, err := io.Copy(io.Discard, conn); err != nil && os.IsTimeout(err) {
				t.Error("the connection is still open")
			}
		})
	}
}

// TestPeersThatAreGone lets a peer vanish without a word: its end stays open, and
// answers nothing.
func TestPeersThatAreGone(t *testing.T) {
	p, _ := startFile(t, "listen: tcp://127.0.0.1:0\nmetrics: 127.0.0.1:0\nlimits: {ping_interval: 200ms}\n")
	s := join(t, p.url("tcp"), "realm1").welcomed()
	gauge := func(want string) func() bool {
		return func() bool {
			_, body := p.get("/metrics")
			return strings.Contains(body, `wampkit_sessions{realm="realm1"} `+want+"\n")
		}
	}
	p.eventually("the session is there", gauge("1"))
	// Nobody calls Receive, so that no PING is answered.
	p.eventually("the session is given up", gauge("0"))
	s.conn.Close()
}

// TestAStormOfSessions connects, joins and leaves, many at a time.
func TestAStormOfSessions(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const sessions, atATime = 2000, 100
	p, _ := startFile(t, "listen: tcp://127.0.0.1:0\nmetrics: 127.0.0.1:0\n")
	url := p.url("tcp")
	storm := func() {
		t.Helper()
		var failed, next atomic.Int64
		var workers sync.WaitGroup
		for range atATime {
			workers.Go(func() {
				for next.Add(1) <= sessions {
					if err := comeAndGo(url); err != nil {
						failed.Add(1)
						t.Log(err)
						return
					}
				}
			})
		}
		workers.Wait()
		if n := failed.Load(); n > 0 {
			t.Fatalf("%d sessions failed; standard error: %s", n, p.logs)
		}
	}
	storm()
	rest := func(name string) int {
		for _, line := range strings.Split(second(p.get("/metrics")), "\n") {
			if value, ok := strings.CutPrefix(line, name+" "); ok {
				x, _ := strconv.ParseFloat(value, 64)
				return int(x)
			}
		}
		t.Fatalf("no %s", name)
		return 0
	}
	p.eventually("every session is gone", func() bool { return rest(`wampkit_sessions{realm="realm1"}`) == 0 })
	goroutines, memory := rest("go_goroutines"), residentKiB(t, p)
	storm()
	p.eventually("every session is gone", func() bool { return rest(`wampkit_sessions{realm="realm1"}`) == 0 })
	p.eventually("its goroutines have ended", func() bool { return rest("go_goroutines") <= goroutines+20 })
	if after := residentKiB(t, p); after > memory+memory/2+32<<10 {
		t.Errorf("%d KiB after one storm, %d KiB after two", memory, after)
	}
	if opened := rest("wampkit_sessions_opened_total"); opened != 2*sessions {
		t.Errorf("%d sessions were opened", opened)
	}
}

func second(_ int, body string) string { return body }

// comeAndGo opens a session and leaves it in good order.
func comeAndGo(url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := transport.Dial(ctx, url, transport.DialOptions{})
	if err != nil {
		return err
	}
	defer conn.Close()
	overdue := time.AfterFunc(patience, func() { conn.Close() })
	defer overdue.Stop()
	for _, m := range []wamp.Message{
		&wamp.Hello{Realm: "realm1", Details: wamp.Dict{"roles": wamp.Dict{"caller": wamp.Dict{}}}},
		&wamp.Goodbye{Reason: wamp.CloseRealm},
	} {
		if err := conn.Send(m); err != nil {
			return err
		}
		conn.Flush()
		if _, err := conn.Receive(); err != nil {
			return fmt.Errorf("%s: %w", m.Type(), err)
		}
	}
	return nil
}

// residentKiB is how much memory a process has.
func residentKiB(t *testing.T, p *process) int {
	t.Helper()
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Skip(err)
	}
	for _, line := range strings.Split(string(content), "\n") {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.Atoi(strings.Fields(value)[0])
			return n
		}
	}
	t.Skip("no VmRSS")
	return 0
}
