package interop

import (
	"os/exec"
	"strings"
	"testing"
)

// pythonPeers are the transports and serializers that Autobahn|Python is tried on.
var pythonPeers = []struct{ transport, serializer string }{
	{"websocket", "json"},
	{"websocket", "msgpack"},
	{"websocket", "cbor"},
	{"rawsocket", "json"},
	{"rawsocket", "msgpack"},
	{"rawsocket", "cbor"},
}

// pythonBinary is Debian's Python, for which Debian packages Autobahn.
func pythonBinary(t *testing.T) string {
	t.Helper()
	const python = "/usr/bin/python3"
	if out, err := exec.Command(python, "-c", "import autobahn.twisted, cbor2, msgpack").CombinedOutput(); err != nil {
		missing(t, "Autobahn|Python is not installed: apt-get install python3-autobahn python3-twisted python3-cbor2 python3-msgpack (%v)\n%s", err, out)
	}
	return python
}

// address is the host and port of a WebSocket URL of startRouter.
func address(url string) string {
	return strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/ws")
}

// TestPythonCallsGo lets a foreign client call a generated Go callee.
func TestPythonCallsGo(t *testing.T) {
	python := pythonBinary(t)
	for _, peer := range pythonPeers {
		t.Run(peer.transport+"/"+peer.serializer, func(t *testing.T) {
			url := startRouter(t)
			ctx := testContext(t)
			serveThermostats(t, ctx, url)
			checkSeen(t, runScript(t, ctx, "python", python, "call.py", peer.transport, peer.serializer, address(url), realm))
		})
	}
}

// TestGoCallsPython lets a generated Go client call a foreign callee.
func TestGoCallsPython(t *testing.T) {
	python := pythonBinary(t)
	for _, peer := range pythonPeers {
		t.Run(peer.transport+"/"+peer.serializer, func(t *testing.T) {
			url := startRouter(t)
			ctx := testContext(t)
			serveScript(t, ctx, "python", python, "serve.py", peer.transport, peer.serializer, address(url), realm)
			useThermostats(t, ctx, url)
		})
	}
}
