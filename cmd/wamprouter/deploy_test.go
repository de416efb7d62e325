//go:build linux

package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

// TestTheStaticProgramNeedsNothing builds the program as deploy/Containerfile does, and
// runs it where there is nothing else, as nobody.
func TestTheStaticProgramNeedsNothing(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root for chroot")
	}
	root, err := os.MkdirTemp("", "wamprouter-root")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(root)
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(root, "wamprouter"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	write(t, filepath.Join(root, "router.yaml"), "listen: tcp://127.0.0.1:0\n")
	for _, path := range []string{root, filepath.Join(root, "router.yaml")} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("/wamprouter", "--config", "/router.yaml")
	cmd.Path, cmd.Err, cmd.Dir, cmd.Env = "/wamprouter", nil, "/", []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	logs := new(logs)
	p := startCommand(t, cmd, logs, logs)
	s := join(t, p.url("tcp"), "realm1").welcomed()
	p.cmd.Process.Signal(syscall.SIGTERM)
	s.receive()
	s.send(&wamp.Goodbye{Reason: wamp.CloseGoodbyeAndOut})
	s.conn.Close()
	p.exit(0)
}

// TestTheUnitIsRight asks systemd about deploy/wamprouter.service, with the program of
// the test in place of the installed one.
func TestTheUnitIsRight(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	content, err := os.ReadFile("../../deploy/wamprouter.service")
	if err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(t.TempDir(), "wamprouter.service")
	write(t, unit, strings.ReplaceAll(string(content), "/usr/local/bin/wamprouter", program))
	out, err := exec.Command(analyze, "verify", unit).CombinedOutput()
	if err != nil || strings.Contains(string(out), "wamprouter.service:") {
		t.Errorf("%v: %s", err, out)
	}
}
