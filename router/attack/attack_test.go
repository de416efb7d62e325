package attack

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/wampkit/wampkit/wamp/proof"
)

// attack is something that an adversary tries.
type attack struct {
	name string
	try  func(t *target) (got string)
	want string
}

var chapters = []struct {
	title   string
	attacks []attack
}{
	{"Before a session", handshakes},
	{"The HTTP upgrade", upgrades},
	{"Frames", frames},
	{"Messages", messages},
	{"What belongs to others", others},
	{"What is not allowed", rights},
}

// TestAttacks tries everything. After each attack the router still serves a session
// that was there before.
func TestAttacks(t *testing.T) {
	for _, chapter := range chapters {
		t.Run(chapter.title, func(t *testing.T) {
			for _, a := range chapter.attacks {
				t.Run(a.name, func(t *testing.T) {
					t.Parallel()
					target := newTarget(t)
					canary := target.raw()
					canary.join()
					if got := a.try(target); got != a.want {
						t.Errorf("got %q, want %q", got, a.want)
					}
					canary.say(`[16,1,{"acknowledge":true},"com.open.canary"]`)
					if got := canary.got(); got != "PUBLISHED" {
						t.Errorf("then a session that was there before got %q", got)
					}
				})
			}
		})
	}
}

var update = flag.Bool("update", false, "write the table of docs/security.md")

// TestTheTableOfTheDocument compares docs/security.md with the attacks.
func TestTheTableOfTheDocument(t *testing.T) {
	const document, begin, end = "../../docs/security.md", "<!-- attacks -->\n", "<!-- end of attacks -->"
	octets, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(octets), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no place for the table", document)
	}
	var table strings.Builder
	table.WriteString("\n| attack | gets |\n|---|---|\n")
	for _, chapter := range chapters {
		fmt.Fprintf(&table, "| **%s** | |\n", chapter.title)
		for _, a := range chapter.attacks {
			fmt.Fprintf(&table, "| %s | %s |\n", a.name, a.want)
		}
	}
	table.WriteString("\n")
	want := before + begin + table.String() + end + after
	switch {
	case *update:
		if err := os.WriteFile(document, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	case want != string(octets):
		t.Errorf("%s is not up to date: go test ./router/attack -update", document)
	}
}

// session is an attack by a session in realm1, which says something and gets an answer.
func session(format string, args ...any) func(t *target) string {
	return func(t *target) string {
		p := t.raw()
		p.join()
		p.say(format, args...)
		return p.got()
	}
}

// logIn is an attack on the realm that asks for passwords.
func logIn(method, authID string, answers ...string) func(t *target) string {
	return func(t *target) string {
		p := t.raw()
		p.say(`[1,"closed",{"roles":{"caller":{}},"authmethods":[%q],"authid":%q,"authrole":"user","authextra":{"ticket":"secret!!!"}}]`, method, authID)
		if m := p.receive(); m.String() != "CHALLENGE" {
			return m.String()
		}
		for _, answer := range answers {
			p.say("%s", answer)
		}
		return p.got()
	}
}

var handshakes = []attack{
	{"a wrong ticket", logIn("ticket", "joe", `[5,"secret!!",{}]`), "ABORT wamp.error.authentication_denied"},
	{"a ticket of a user who does not exist", logIn("ticket", "eve", `[5,"secret!!!",{}]`), "ABORT wamp.error.authentication_denied"},
	{"a wrong ticket, and the right one behind it", logIn("ticket", "joe", `[5,"x",{}]`, `[5,"secret!!!",{}]`), "ABORT wamp.error.authentication_denied"},
	{"no answer to the challenge", logIn("ticket", "joe"), "ABORT wamp.error.timeout"},
	{"a CALL in place of the answer", logIn("ticket", "joe", `[48,1,{},"wamp.session.count"]`), "ABORT wamp.error.protocol_violation"},
	{"anonymous, where nobody may be", logIn("anonymous", "joe"), "ABORT wamp.error.no_matching_auth_method"},
	{"the answer to another session's challenge", func(t *target) string {
		open := func() (*raw, string) {
			p := t.raw()
			p.say(`[1,"closed",{"roles":{"caller":{}},"authmethods":["wampcra"],"authid":"peter"}]`)
			return p, p.hear(4)[2].(map[string]any)["challenge"].(string)
		}
		first, challenge := open()
		replay := fmt.Sprintf(`[5,%q,{}]`, proof.CRASignature("secret1", challenge))
		first.say("%s", replay)
		if got := first.got(); got != "WELCOME" {
			return "the first: " + got
		}
		second, _ := open()
		second.say("%s", replay)
		return second.got()
	}, "ABORT wamp.error.authentication_denied"},
	{"AUTHENTICATE that nobody asked for", func(t *target) string {
		p := t.raw()
		p.say(`[5,"secret!!!",{}]`)
		return p.got()
	}, "ABORT wamp.error.protocol_violation"},
	{"WELCOME from the client", func(t *target) string {
		p := t.raw()
		p.say(`[2,1,{"roles":{"broker":{},"dealer":{}}}]`)
		return p.got()
	}, "ABORT wamp.error.protocol_violation"},
	{"a CALL before HELLO", func(t *target) string {
		p := t.raw()
		p.say(`[48,1,{},"wamp.session.count"]`)
		return p.got()
	}, "ABORT wamp.error.protocol_violation"},
	{"HELLO that never comes", func(t *target) string { return t.raw().got() }, "ABORT wamp.error.timeout"},
	{"half a RawSocket handshake", func(t *target) string {
		conn := t.dial()
		conn.Write([]byte{0x7F, 0xF1})
		n, _ := io.Copy(io.Discard, conn)
		return fmt.Sprintf("closed after %d octets", n)
	}, "closed after 0 octets"},
	{"eight octets of nonsense", func(t *target) string {
		conn := t.dial()
		conn.Write([]byte{0, 1, 2, 3, 4, 5, 6, 7})
		n, _ := io.Copy(io.Discard, conn)
		return fmt.Sprintf("closed after %d octets", n)
	}, "closed after 0 octets"},
	{"HELLO with 20,000 details", func(t *target) string {
		p := t.raw()
		var details strings.Builder
		for i := range 20_000 / 8 {
			fmt.Fprintf(&details, `,"%d":[],"a%d":{}`, i, i)
		}
		p.say("%s", `[1,"realm1",{"roles":{"caller":{}}`+details.String()+`}]`)
		return p.got()
	}, "ABORT wamp.error.protocol_violation"},
	{"200 sessions that say nothing", func(t *target) string {
		var peers sync.WaitGroup
		var mu sync.Mutex
		got := map[string]int{}
		for range 200 {
			p := t.raw()
			peers.Go(func() {
				m := p.got()
				mu.Lock()
				got[m]++
				mu.Unlock()
			})
		}
		peers.Wait()
		return strings.Trim(fmt.Sprint(got), "map[]")
	}, "ABORT wamp.error.timeout:200"},
}

// fromOrigin is an attack by a web page.
func fromOrigin(origin string) func(t *target) string {
	return func(t *target) string { return t.http(upgrade("Origin: " + origin)) }
}

var upgrades = []attack{
	{"a page that may connect", fromOrigin("https://app.example.com"), "HTTP 101"},
	{"a page from elsewhere", fromOrigin("https://evil.example.com"), "HTTP 403"},
	{"a page without an origin of its own: `null`", fromOrigin("null"), "HTTP 403"},
	{"the router's own host, which is not listed", fromOrigin("https://router.example.com"), "HTTP 403"},
	{"a subdomain", fromOrigin("https://x.app.example.com"), "HTTP 403"},
	{"the parent domain", fromOrigin("https://example.com"), "HTTP 403"},
	{"another port", fromOrigin("https://app.example.com:8443"), "HTTP 403"},
	{"another scheme", fromOrigin("http://app.example.com"), "HTTP 403"},
	{"the origin as the beginning of a host", fromOrigin("https://app.example.com.evil.example"), "HTTP 403"},
	{"the origin as a user name", fromOrigin("https://app.example.com@evil.example"), "HTTP 403"},
	{"two origins", func(t *target) string {
		return t.http(upgrade("Origin: https://evil.example", "Origin: https://app.example.com"))
	}, "HTTP 403"},
	{"Content-Length and Transfer-Encoding, and a request behind", func(t *target) string {
		return t.http("POST /lp/open HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + upgrade())
	}, "HTTP 400"},
	{"two lengths", func(t *target) string {
		return t.http("POST /lp/open HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde")
	}, "HTTP 400"},
	{"an unknown transfer encoding", func(t *target) string {
		return t.http("POST /lp/open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")
	}, "HTTP 501"},
	{"white space before the colon", func(t *target) string {
		return t.http("GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade : websocket\r\n\r\n")
	}, "HTTP 400"},
	{"a line folded", func(t *target) string {
		return t.http("GET /ws HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n")
	}, "HTTP 400"},
	{"no Host", func(t *target) string { return t.http("GET /ws HTTP/1.1\r\n\r\n") }, "HTTP 400"},
	{"a header of 1 MiB", func(t *target) string {
		return t.http(upgrade("X: " + strings.Repeat("x", 1<<20)))
	}, "HTTP 431"},
	{"100,000 headers", func(t *target) string {
		return t.http(upgrade(strings.Split(strings.Repeat("X: y\n", 100_000), "\n")[:100_000]...))
	}, "HTTP 431"},
	{"headers that never end", func(t *target) string {
		conn := t.dial()
		io.WriteString(conn, "GET /ws HTTP/1.1\r\nHost: x\r\n")
		go func() {
			for { // as slowly as it likes: only the deadline counts
				if _, err := io.WriteString(conn, "X"); err != nil {
					return
				}
			}
		}()
		got := statuses(conn)
		if strings.HasPrefix(got, "HTTP 4") { // that it was too much, or took too long
			return "closed"
		}
		return got
	}, "closed"},
	{"a method that is not there", func(t *target) string {
		return t.http("TRACE /ws HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	}, "HTTP 426"},
	{"compression", func(t *target) string {
		_, _, header := t.webSocket("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
		if strings.Contains(strings.ToLower(header), "extensions") {
			return header
		}
		return "HTTP 101, without it"
	}, "HTTP 101, without it"},
}

const hello = `[1,"realm1",{"roles":{"caller":{}}}]`

var frames = []attack{
	{"WebSocket: compressed all the same", func(t *target) string {
		return t.afterFrames(frame(0xC1, hello), "Sec-WebSocket-Extensions: permessage-deflate")
	}, "WebSocket close 1002"},
	{"WebSocket: without a mask", func(t *target) string {
		return t.afterFrames("\x81" + string([]byte{byte(len(hello))}) + hello)
	}, "WebSocket close 1002"},
	{"WebSocket: an announced length of 2^63-1", func(t *target) string {
		return t.afterFrames("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00")
	}, "WebSocket close 1009"},
	{"WebSocket: a ping of 200 octets", func(t *target) string {
		return t.afterFrames(frame(0x89, strings.Repeat("x", 200)))
	}, "WebSocket close 1002"},
	{"WebSocket: a message in a million fragments of no octets", func(t *target) string {
		got := t.afterFrames(frame(0x01, "[") + strings.Repeat(frame(0x00, ""), 1_000_000))
		if got == "closed" || got == "ABORT wamp.error.timeout" { // which of them depends on who is faster
			return "the time for HELLO runs out"
		}
		return got
	}, "the time for HELLO runs out"},
	{"WebSocket: fragments beyond the longest message", func(t *target) string {
		return t.afterFrames(frame(0x01, "[") + strings.Repeat(frame(0x00, strings.Repeat(" ", 1000)), 100))
	}, "WebSocket close 1009"},
	{"WebSocket: a binary frame for JSON", func(t *target) string {
		return t.afterFrames(frame(0x82, hello))
	}, "WebSocket close 1003"},
	{"RawSocket: a frame longer than announced", func(t *target) string {
		p := t.raw()
		p.conn.Write([]byte{0, 0xFF, 0xFF, 0xFF})
		return p.got()
	}, "closed"},
	{"RawSocket: reserved octets", func(t *target) string {
		conn := t.dial()
		conn.Write([]byte{0x7F, 0xF1, 0, 1})
		reply, _ := io.ReadAll(conn)
		return fmt.Sprintf("% x", reply)
	}, "7f 30 00 00"},
	{"RawSocket: an unknown frame type", func(t *target) string {
		p := t.raw()
		p.conn.Write([]byte{7, 0, 0, 0})
		return p.got()
	}, "closed"},
}

var messages = []attack{
	{"HELLO in a session", session(hello), "ABORT wamp.error.protocol_violation"},
	{"a request id of 2^53+1", session(`[48,9007199254740993,{},"com.open.x"]`), "ABORT wamp.error.protocol_violation"},
	{"a request id of 0", session(`[48,0,{},"com.open.x"]`), "ABORT wamp.error.protocol_violation"},
	{"a request id of -1", session(`[48,-1,{},"com.open.x"]`), "ABORT wamp.error.protocol_violation"},
	{"a request id of 10^400", session(`[48,1e400,{},"com.open.x"]`), "ABORT wamp.error.protocol_violation"},
	{"lists, 10,000 deep", session("%s", `[48,1,{},"com.open.x",`+strings.Repeat("[", 10_000)+strings.Repeat("]", 10_000)+`]`), "ABORT wamp.error.protocol_violation"},
	{"options of 5 KiB", session(`[48,1,{"x":%q},"com.open.x"]`, strings.Repeat("x", 5<<10)), "ABORT wamp.error.protocol_violation"},
	{"a list of 5 KiB of sessions to exclude", session("%s", `[16,1,{"exclude":[`+strings.Repeat("1,", 2500)+`1]},"com.open.x"]`), "ABORT wamp.error.protocol_violation"},
	{"options that are a list", session(`[48,1,[],"com.open.x"]`), "ABORT wamp.error.protocol_violation"},
	{"text that is no UTF-8", session("[48,1,{},\"com.open.\xff\"]"), "ABORT wamp.error.protocol_violation"},
	{"a message that ends in the middle", session(`[48,1,{},"com.open.x"`), "ABORT wamp.error.protocol_violation"},
	{"a number as `ppt_scheme`", session(`[48,1,{"ppt_scheme":5},"com.open.x"]`), "ABORT wamp.error.protocol_violation"},
	{"an unknown message type", session(`[99,1]`), "ABORT wamp.error.protocol_violation"},
	{"a URI of 60 KiB", session(`[32,1,{},%q]`, "com.open."+strings.Repeat("x", 60<<10)), "ERROR wamp.error.invalid_uri"},
	{"a pattern of 20,000 components", session(`[32,1,{"match":"wildcard"},%q]`, strings.Repeat(".", 20_000)), "ERROR wamp.error.invalid_uri"},
}

// withVictim is an attack on a callee whose procedure com.open.victim is being called.
func withVictim(try func(victim, caller, attacker *raw, registration int64) string) func(t *target) string {
	return func(t *target) string {
		victim, caller, attacker := t.raw(), t.raw(), t.raw()
		victim.join()
		caller.join()
		attacker.join()
		victim.say(`[64,1,{},"com.open.victim"]`)
		registration := victim.hear(65).id(2)
		caller.say(`[48,1,{},"com.open.victim"]`)
		victim.hear(68)
		got := try(victim, caller, attacker, registration)
		victim.say(`[70,1,{},["genuine"]]`)
		if m := caller.receive(); m.String() != "RESULT" || fmt.Sprint(m[3]) != "[genuine]" {
			return fmt.Sprintf("%s; and the caller %v", got, m)
		}
		return got
	}
}

var others = []attack{
	{"YIELD for an invocation of another session", withVictim(func(_, _, attacker *raw, _ int64) string {
		attacker.say(`[70,1,{},["spoofed"]]`)
		return attacker.got()
	}), "ABORT wamp.error.protocol_violation"},
	{"ERROR for an invocation of another session", withVictim(func(_, _, attacker *raw, _ int64) string {
		attacker.say(`[8,68,1,{},"com.spoofed"]`)
		return attacker.got()
	}), "ABORT wamp.error.protocol_violation"},
	{"UNREGISTER of another session's registration", withVictim(func(_, _, attacker *raw, registration int64) string {
		attacker.say(`[66,1,%d]`, registration)
		return attacker.got()
	}), "ERROR wamp.error.no_such_registration"},
	{"UNSUBSCRIBE of another session's subscription", withVictim(func(victim, _, attacker *raw, _ int64) string {
		victim.say(`[32,2,{},"com.open.topic"]`)
		attacker.say(`[34,1,%d]`, victim.hear(33).id(2))
		return attacker.got()
	}), "ERROR wamp.error.no_such_subscription"},
	{"CANCEL of another session's call", withVictim(func(_, _, attacker *raw, _ int64) string {
		attacker.say(`[49,1,{"mode":"kill"}]`)
		if !attacker.nothing() {
			return "an answer"
		}
		return "nothing"
	}), "nothing"},
	{"registering over another session", withVictim(func(_, _, attacker *raw, _ int64) string {
		attacker.say(`[64,1,{},"com.open.victim"]`)
		return attacker.got()
	}), "ERROR wamp.error.procedure_already_exists"},
	{"ending another session", withVictim(func(victim, _, attacker *raw, _ int64) string {
		attacker.say(`[48,1,{},"wamp.session.kill_all"]`)
		return attacker.got()
	}), "ERROR wamp.error.not_authorized"},
	{"revoking another session's registration", withVictim(func(_, _, attacker *raw, registration int64) string {
		attacker.say(`[48,1,{},"wamp.registration.remove_callee",[%d,1]]`, registration)
		return attacker.got()
	}), "ERROR wamp.error.not_authorized"},
	{"disclosing what the realm does not", session(`[48,1,{"disclose_me":true},"com.open.x"]`), "ERROR wamp.error.option_disallowed.disclose_me"},
	{"asking who calls", session(`[64,1,{"disclose_caller":true},"com.open.x"]`), "ERROR wamp.error.option_disallowed.disclose_me"},
}

const denied = "ERROR wamp.error.not_authorized"

var rights = []attack{
	{"a procedure that exists", session(`[48,1,{},"wamp.session.list"]`), denied},
	{"a procedure that does not exist", session(`[48,1,{},"wamp.session.nothing"]`), denied},
	{"publishing a meta event", session(`[16,1,{"acknowledge":true},"wamp.session.on_join"]`), "ERROR wamp.error.invalid_uri"},
	{"registering below `wamp.`", session(`[64,1,{},"wamp.session.kill"]`), "ERROR wamp.error.invalid_uri"},
	{"registering the prefix `wam`", session(`[64,1,{"match":"prefix"},"wam"]`), denied},
	{"registering everything", session(`[64,1,{"match":"prefix"},""]`), denied},
	{"registering `.session.kill`", session(`[64,1,{"match":"wildcard"},".session.kill"]`), denied},
	{"subscribing to everything", session(`[32,1,{"match":"prefix"},""]`), denied},
	{"subscribing to the prefix `com.open`", session(`[32,1,{"match":"prefix"},"com.open"]`), denied},
	{"subscribing to `.open.x`", session(`[32,1,{"match":"wildcard"},".open.x"]`), denied},
	{"subscribing to `com..x`", session(`[32,1,{"match":"wildcard"},"com..x"]`), denied},
	{"subscribing to `com.openness`", session(`[32,1,{},"com.openness"]`), denied},
	{"subscribing to meta events", session(`[32,1,{},"wamp.session.on_join"]`), denied},
	{"an unknown matching policy", session(`[32,1,{"match":"regex"},".*"]`), "ERROR wamp.error.invalid_argument"},
	{"a testament to a forbidden topic", session(`[48,1,{},"wamp.session.add_testament",["com.secret",[],{}]]`), denied},
	{"a testament below `wamp.`", session(`[48,1,{},"wamp.session.add_testament",["wamp.session.on_leave",[],{}]]`), "ERROR wamp.error.invalid_uri"},
	{"the 65th testament", func(t *target) string {
		p := t.raw()
		p.join()
		for i := range 64 {
			p.say(`[48,%d,{},"wamp.session.add_testament",["com.open.x",[],{}]]`, i+1)
			p.hear(50)
		}
		p.say(`[48,65,{},"wamp.session.add_testament",["com.open.x",[],{}]]`)
		return p.got()
	}, "ERROR wamp.error.unavailable"},
}
