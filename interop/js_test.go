package interop

import "testing"

// jsPeers are the foreign clients and the serializers they speak. Long-poll is
// JSON only with Autobahn|JS.
var jsPeers = []struct{ client, serializer string }{
	{"autobahn", "json"},
	{"autobahn", "msgpack"},
	{"autobahn-longpoll", "json"},
	{"wampy", "json"},
	{"wampy", "msgpack"},
	{"wampy", "cbor"},
}

// TestJavaScriptCallsGo lets a foreign client call a generated Go callee.
func TestJavaScriptCallsGo(t *testing.T) {
	node := nodeBinary(t)
	for _, peer := range jsPeers {
		t.Run(peer.client+"/"+peer.serializer, func(t *testing.T) {
			url := startRouter(t)
			ctx := testContext(t)
			serveThermostats(t, ctx, url)
			checkSeen(t, runScript(t, ctx, "js", node, "call.mjs", peer.client, peer.serializer, url, realm))
		})
	}
}

// TestGoCallsJavaScript lets a generated Go client call a foreign callee.
func TestGoCallsJavaScript(t *testing.T) {
	node := nodeBinary(t)
	for _, peer := range jsPeers {
		t.Run(peer.client+"/"+peer.serializer, func(t *testing.T) {
			url := startRouter(t)
			ctx := testContext(t)
			serveScript(t, ctx, "js", node, "serve.mjs", peer.client, peer.serializer, url, realm)
			useThermostats(t, ctx, url)
		})
	}
}
