package main_test

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

const reloadedOnce = "configuration reloaded"

func withTicket(t *testing.T, url, ticket string) *session {
	t.Helper()
	s := joinWith(t, url, "realm1", wamp.Dict{"authid": "joe", "authmethods": []any{"ticket"}}, nil)
	if m, ok := s.receive().(*wamp.Challenge); !ok {
		t.Fatalf("want CHALLENGE, got %#v", m)
	}
	s.send(&wamp.Authenticate{Signature: ticket})
	return s
}

func TestReloadChangesUsersAndRolesAndKeepsSessions(t *testing.T) {
	file := func(ticket, allowed string) string {
		return fmt.Sprintf(`
listen: tcp://127.0.0.1:0
realms:
  realm1:
    auth: {ticket: {users: {joe: {ticket: %q, role: user}}}}
    roles: {user: [{uri: %s, match: prefix, allow: [call]}]}
`, ticket, allowed)
	}
	p, name := startFile(t, file("first", "com.a."))
	url := p.url("tcp")
	s := withTicket(t, url, "first").welcomed()
	if got := s.call("com.b.p"); got != wamp.ErrNotAuthorized {
		t.Errorf("before: %s", got)
	}
	p.reload(name, file("second", "com.b."))
	p.logged(reloadedOnce)
	if got := s.call("com.b.p"); got != wamp.ErrNoSuchProcedure {
		t.Errorf("what the new file allows: %s", got)
	}
	if got := s.call("com.a.p"); got != wamp.ErrNotAuthorized {
		t.Errorf("what the new file forbids: %s", got)
	}
	withTicket(t, url, "first").refused("wamp.error.authentication_denied")
	withTicket(t, url, "second").welcomed()
}

func TestReloadAddsAndRemovesRealms(t *testing.T) {
	p, name := startFile(t, "listen: tcp://127.0.0.1:0\nrealms: {com.old: {}, com.kept: {}}\n")
	url := p.url("tcp")
	kept := join(t, url, "com.kept").welcomed()
	p.reload(name, "listen: tcp://127.0.0.1:0\nrealms: {com.new: {}, com.kept: {}}\n")
	p.logged(reloadedOnce)
	kept.lives()
	join(t, url, "com.new").welcomed()
	join(t, url, "com.old").refused(wamp.ErrNoSuchRealm)
}

func TestABadFileKeepsTheOldOneAndSaysWhy(t *testing.T) {
	p, name := startFile(t, "listen: tcp://127.0.0.1:0\nrealms: {com.old: {}}\n")
	s := join(t, p.url("tcp"), "com.old").welcomed()
	p.reload(name, "listen: tcp://127.0.0.1:0\nrealms:\n  com.new: {histroy: []}\n")
	p.logged(name + ":3:13")
	p.logged("did you mean history?")
	s.lives()
	join(t, p.url("tcp"), "com.old").welcomed()
	join(t, p.url("tcp"), "com.new").refused(wamp.ErrNoSuchRealm)
}

func TestReloadOpensAndClosesListeners(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	p, name := startFile(t, "listen: [tcp://127.0.0.1:0, unix://"+first+"]\n")
	s := join(t, "unix://"+first, "realm1").welcomed()
	p.reload(name, "listen: [tcp://127.0.0.1:0, unix://"+second+"]\n")
	p.logged(reloadedOnce)
	join(t, "unix://"+second, "realm1").welcomed()
	s.lives()
	join(t, p.url("tcp"), "realm1").welcomed()
	if conn, err := net.Dial("unix", first); err == nil {
		conn.Close()
		t.Error("the listener that the file names no more is open")
	}
	// One that cannot be opened changes nothing.
	p.reload(name, "listen: [tcp://127.0.0.1:0, unix:///nowhere/at/all]\n")
	p.logged("/nowhere/at/all")
	join(t, "unix://"+second, "realm1").welcomed()
	p.cmd.Process.Signal(syscall.SIGTERM)
	p.exit(0)
}

func TestReloadChangesCertificatesAndTheirAuthorities(t *testing.T) {
	ca, before, after := newAuthority(t, "ca"), newAuthority(t, "before"), newAuthority(t, "after")
	dir := t.TempDir()
	file, content := filepath.Join(dir, "router.yaml"), `
listen: [wss://127.0.0.1:0/ws, tcps://127.0.0.1:0]
tls: {cert: server.pem, key: server.key, client_ca: clients.pem, client_auth: required}
`
	ca.serverFiles(dir, 1)
	write(t, filepath.Join(dir, "clients.pem"), string(before.pem))
	write(t, file, content)
	p := start(t, "--config", file)
	url := p.secureURLs()[1]
	old, young := ca.client(before.clientNamed("x").Certificates...), ca.client(after.clientNamed("x").Certificates...)
	s := joinWith(t, url, "realm1", wamp.Dict{}, old).welcomed()
	if got := serialAt(t, url, old); got != 1 {
		t.Errorf("certificate %d", got)
	}

	ca.serverFiles(dir, 2)
	write(t, filepath.Join(dir, "clients.pem"), string(after.pem))
	p.reload(file, content)
	p.logged(reloadedOnce)
	s.lives()
	if got := serialAt(t, url, young); got != 2 {
		t.Errorf("certificate %d", got)
	}
	for _, url := range p.secureURLs() {
		if !works(t, url, young) {
			t.Errorf("%s: a certificate of the new authority does not work", url)
		}
		if works(t, url, old) {
			t.Errorf("%s: a certificate of the old authority works", url)
		}
	}
	write(t, filepath.Join(dir, "server.pem"), "nonsense")
	p.reload(file, content)
	p.logged(file + ":3:")
	if got := serialAt(t, url, young); got != 2 {
		t.Errorf("after a bad certificate: %d", got)
	}
}

func TestReloadOfLimitsAndLogLevel(t *testing.T) {
	p, name := startFile(t, "listen: tcp://127.0.0.1:0\nlimits: {max_sessions: 1}\n")
	s := join(t, p.url("tcp"), "realm1").welcomed()
	join(t, p.url("tcp"), "realm1").refused(wamp.ErrUnavailable)
	p.reload(name, "listen: tcp://127.0.0.1:0\nlimits: {max_sessions: 2}\nlog: {level: debug, format: json}\n")
	p.logged(reloadedOnce)
	p.logged("log.format")
	join(t, p.url("tcp"), "realm1").welcomed()
	s.lives()
	p.logged("level=DEBUG")
}

func TestReloadTellsTheServiceManager(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Skip(err)
	}
	defer manager.Close()
	t.Setenv("NOTIFY_SOCKET", socket)
	hear := func(want string) {
		t.Helper()
		buf := make([]byte, 4096)
		manager.SetReadDeadline(deadline())
		n, err := manager.Read(buf)
		if err != nil || !strings.HasPrefix(string(buf[:n]), want) {
			t.Fatalf("got %q, %v, want %s", buf[:n], err, want)
		}
	}
	p, name := startFile(t, "listen: tcp://127.0.0.1:0\n")
	hear("READY=1\nSTATUS=wamprouter: serving")
	p.reload(name, "listen: tcp://127.0.0.1:0\n")
	hear("RELOADING=1")
	hear("READY=1")
	p.cmd.Process.Signal(syscall.SIGTERM)
	hear("STOPPING=1")
	p.exit(0)
}

func TestReloadChangesOrigins(t *testing.T) {
	p, name := startFile(t, "listen: ws://127.0.0.1:0\n")
	connects := func() bool {
		conn, err := transport.Dial(t.Context(), p.url("ws"), transport.DialOptions{Header: map[string][]string{"Origin": {"https://app.example"}}})
		if err == nil {
			conn.Close()
		}
		return err == nil
	}
	if connects() {
		t.Error("a foreign page may connect")
	}
	p.reload(name, "listen: ws://127.0.0.1:0\norigins: https://app.example\n")
	p.logged(reloadedOnce)
	if !connects() {
		t.Error("a page that the new file allows may not connect")
	}
}
