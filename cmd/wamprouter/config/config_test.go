package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnEmptyFileIsTheDefaults(t *testing.T) {
	for _, content := range []string{"", "\n", "# nothing\n", "---\n", "{}\n"} {
		loaded, err := Parse("router.yaml", []byte(content))
		if err != nil {
			t.Errorf("%q: %v", content, err)
			continue
		}
		if got := loaded.Listeners(); len(got) != 1 || got[0] != DefaultListen {
			t.Errorf("%q: listens on %v", content, got)
		}
	}
}

// TestProblemsSayWhereAndWhatIsAllowed checks that each file is refused with
// exactly these problems: "line:column: " and a part of the message.
func TestProblemsSayWhereAndWhatIsAllowed(t *testing.T) {
	for _, test := range []struct {
		name, file string
		want       []string
	}{
		{"unknown key with a suggestion", "limits:\n  max_mesage: 1MiB\n", []string{"2:3: limits.max_mesage: unknown key, did you mean max_message?"}},
		{"unknown key without one", "limits: {xyzzy: 1}\n", []string{"1:10: limits.xyzzy: unknown key, want one of authentication_failures, authorization_queue,"}},
		{"unknown key at the top", "listn: []\n", []string{"1:1: listn: unknown key, did you mean listen?"}},
		{"wrong type: list for mapping", "limits: []\n", []string{"1:9: limits: is a list, want a mapping with keys among"}},
		{"wrong type: mapping for list", "history: 1\nrealms: {a: {history: {uri: x}}}\n", []string{"1:1: history: unknown key", "2:23: realms.a.history: is a mapping, want a list"}},
		{"wrong type: text for number", "limits: {max_sessions: many}\n", []string{"1:24: limits.max_sessions: is a text, want a whole number"}},
		{"wrong type: quoted number", "limits: {max_sessions: \"5\"}\n", []string{"1:24: limits.max_sessions: is a text, want a whole number"}},
		{"wrong type: number for text", "log: {level: 5}\n", []string{`1:14: log.level: want a text: write it as "5"`}},
		{"wrong type: yes for a flag", "pprof: yes\n", []string{"1:8: pprof: is a text, want true or false"}},
		{"a document that is a list", "- a\n- b\n", []string{"1:1: is a list, want a mapping"}},
		{"a document that is a word", "hello\n", []string{"1:1: is a text, want a mapping"}},
		{"no value", "realms:\n  realm1:\n", []string{"2:11: realms.realm1: has no value: want a mapping with keys among auth,"}},
		{"sizes", "limits: {max_message: 16 parsecs, outbound_queue: -5, max_options: 1.5MiB}\n", []string{
			"1:23: limits.max_message: want a size such as", "1:51: limits.outbound_queue: want a size", "1:68: limits.max_options: want a size"}},
		{"sizes out of bounds", "limits: {max_message: 100, outbound_queue: 1B}\n", []string{
			"limits.max_message: want at least 512", "limits.outbound_queue: want at least 1KiB"}},
		{"durations", "limits: {linger: 5, stall_timeout: 0s, ping_interval: always}\n", []string{
			"1:18: limits.linger: want a duration above 0 with its unit", "limits.stall_timeout: want a duration", "limits.ping_interval: want a duration with its unit, such as 30s, or never"}},
		{"choices", "limits: {on_full_queue: drop_event}\nlog: {format: xml}\n", []string{
			`1:25: limits.on_full_queue: "drop_event" is unknown, did you mean drop_events?`, `2:15: log.format: "xml" is unknown, want one of text, json`}},
		{"duplicate keys", "pprof: false\nlimits: {}\npprof: true\n", []string{"3:1: pprof: is given twice, first in line 1"}},
		{"duplicate users", "realms:\n  r:\n    auth:\n      ticket:\n        users:\n          joe: {ticket: a, role: x}\n          joe: {ticket: b, role: x}\n", []string{
			"7:11: realms.r.auth.ticket.users.joe: is given twice, first in line 6"}},
		{"two documents", "pprof: false\n---\npprof: false\n", []string{"3:1: a second document"}},
		{"bad YAML", "listen: [\n", []string{"1:9: is no YAML"}},
		{"an alias of nothing", "limits: *gone\n", []string{"1:9: limits: *gone refers to no anchor"}},
		{"an alias of itself", "limits: &a {max_sessions: *a}\n", []string{"max_sessions: is a mapping, want a whole number"}},
		{"listeners", "listen: [http://x, ws://, tcp://127.0.0.1, \"unix:///a?mode=9\"]\n", []string{
			`1:10: listen.1: http://x: unknown scheme "http": want ws, wss, tcp, tcps or unix`, "listen.3: tcp://127.0.0.1 names no port", "listen.4: unix:///a?mode=9: mode: want one octal number"}},
		{"the same listener twice", "listen: [ws://127.0.0.1:80/ws, tcp://127.0.0.1:80]\n", []string{"1:32: listen.2: is the same address as listener 1"}},
		{"no listener", "listen: []\n", []string{"listen: is empty"}},
		{"TLS without a certificate", "listen: wss://127.0.0.1:443\n", []string{"listen.1: wss needs a certificate: add tls"}},
		{"a certificate without TLS", "tls: {cert: nowhere.pem, key: nowhere.key, client_auth: required}\n", []string{
			"1:44: tls.client_auth: required needs client_ca", "1:1: tls: no listener uses it", "tls.cert: nowhere.pem does not exist", "tls.key: nowhere.key does not exist"}},
		{"a missing key", "tls: {cert: a.pem}\n", []string{`tls: the key "key" is missing: file with its private key, PEM`}},
		{"origins", "origins: [app.example.com, \"https://a.example/path\"]\n", []string{"origins.1: want an origin such as", "origins.2: want an origin such as"}},
		{"metrics", "metrics: here\n", []string{"1:10: metrics: want host:port"}},
		{"pprof without metrics", "pprof: true\n", []string{"1:1: pprof: is served beside the metrics"}},
		{"no realm", "realms: {}\n", []string{"realms: names no realm"}},
		{"a realm name", "realms: {\"a..b\": {}}\n", []string{"realms.a..b: is no valid realm name"}},
		{"a realm name under the strict rule", "realms: {Up: {strict: {uris: true}}}\n", []string{"realms.Up: is no valid realm name"}},
		{"a rate", "limits: {message_burst: 5, byte_burst: 5KiB, on_rate: close}\n", []string{
			"limits.message_burst: is nothing without message_rate", "limits.byte_burst: is nothing without byte_rate", "limits.on_rate: is nothing without"}},
		{"a byte burst that lets no message through", "limits: {max_message: 1MiB, byte_rate: 1KiB, byte_burst: 1KiB}\n", []string{"byte_burst: is below max_message"}},
		{"rules", "realms: {r: {roles: {user: [{uri: com.a., allow: [cal]}, {uri: \"com.*\", match: prefix, allow: []}, {uri: com.b}]}}}\n", []string{
			`realms.r.roles.user.1.allow.1: "cal" is unknown, did you mean call?`, `realms.r.roles.user.3: the key "allow" is missing`}},
		{"patterns", "realms: {r: {auth: {anonymous: {role: user}}, roles: {user: [{uri: com.a., allow: [call]}, {uri: com..a, allow: []}, {uri: com.x, allow: []}, {uri: com.x, match: exact, allow: [call]}]}}}\n", []string{
			`realms.r.roles.user.1.uri: "com.a." is no valid URI for exact matching: did you mean match: prefix?`,
			`realms.r.roles.user.2.uri: "com..a" is no valid URI for exact matching: did you mean match: wildcard?`,
			`realms.r.roles.user.4: is about the same as rule 3`}},
		{"a role that does not exist", "realms: {r: {auth: {anonymous: {role: usr}}, roles: {user: []}}}\n", []string{
			`realms.r.auth.anonymous: there is no role "usr", did you mean user?`}},
		{"the default role does not exist", "realms: {r: {roles: {user: []}}}\n", []string{`there is no role "anonymous": want one of user`}},
		{"no roles", "realms: {r: {roles: {}}}\n", []string{"realms.r.roles: names no role"}},
		{"no way to join", "realms: {r: {auth: {}}}\n", []string{"realms.r.auth: names no way to join"}},
		{"a user without a secret, with two, without a role", "realms: {r: {auth: {ticket: {users: {a: {role: x}, b: {ticket: t, sha256: \"00\", role: x}, c: {ticket: t}}}}}}\n", []string{
			`realms.r.auth.ticket.users.c: the key "role" is missing`}},
		{"tickets", "realms: {r: {auth: {ticket: {users: {a: {role: x}, b: {ticket: t, sha256: \"00\", role: x}}}}}}\n", []string{
			"realms.r.auth.ticket.users.a: has neither ticket nor sha256", "realms.r.auth.ticket.users.b: has both ticket and sha256", "users.b.sha256: want 64 hexadecimal digits"}},
		{"no users", "realms: {r: {auth: {ticket: {users: {}}}}}\n", []string{"realms.r.auth.ticket.users: names nobody"}},
		{"wampcra", "realms: {r: {auth: {wampcra: {users: {a: {role: x, secret: s, iterations: 5}}}}}}\n", []string{"users.a.iterations: is nothing without salt"}},
		{"scram", "realms: {r: {auth: {scram: {users: {a: {role: x, stored_key: s}, b: {role: x, password: p, server_key: s, kdf: pbkdf2, memory: 64}}}}}}\n", []string{
			"users.a.stored_key: goes with server_key and salt", "users.b.server_key: goes with stored_key", "users.b.memory: is for kdf: argon2id13"}},
		{"cryptosign", "realms: {r: {auth: {cryptosign: {router_key: short, users: {a: {role: x, pubkeys: [zz]}, b: {role: x, pubkeys: []}}}}}}\n", []string{
			"cryptosign.router_key: want 64 hexadecimal digits", "users.a.pubkeys.1: want 64 hexadecimal digits", "users.b.pubkeys: is empty"}},
		{"TLS certificates", "realms: {r: {auth: {tls: {by: fingerprint}}}}\n", []string{
			"auth.tls: needs certificates of clients", "auth.tls: lets nobody in", "auth.tls.by: fingerprint needs users"}},
		{"a history", "realms: {r: {history: [{uri: com.a.}, {uri: a, match: prefix, limit: 0}]}}\n", []string{"history.2.limit: want at least 1"}},
		{"an authorizer", "realms: {r: {dynamic_authorizer: a..b}}\n", []string{`dynamic_authorizer: "a..b" is no valid URI`}},
		{"a dynamic authenticator that nobody can serve", "realms: {r: {auth: {dynamic: {procedure: wamp.x, methods: [ticket, ticket], realm: s}}}}\n", []string{
			`dynamic.procedure: "wamp.x" is no valid URI`, "dynamic.methods.2: is given twice", `dynamic.realm: there is no realm "s"`}},
		{"a dynamic authenticator by itself", "realms: {r: {auth: {dynamic: {procedure: com.x, methods: ticket}}}}\n", []string{"dynamic: nobody could join to serve the procedure"}},
		{"a short decoy secret", "decoy_secret: short\n", []string{"decoy_secret: is too short"}},
		{"secrets that are no text", "realms: {r: {auth: {ticket: {users: {a: {role: x, ticket: 12345}}}}}}\n", []string{"ticket: want a text: put it in quotes"}},
		{"an empty secret", "realms: {r: {auth: {ticket: {users: {a: {role: x, ticket: \"\"}}}}}}\n", []string{"an empty secret lets anybody in"}},
		{"a missing variable", "decoy_secret: env:WAMPROUTER_TEST_UNSET\n", []string{"1:15: decoy_secret: the environment variable WAMPROUTER_TEST_UNSET is not set"}},
		{"a missing file", "decoy_secret: file:nowhere\n", []string{"1:15: decoy_secret: cannot read the secret: "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("router.yaml", []byte(test.file))
			problems, ok := err.(Problems)
			if !ok {
				t.Fatalf("got %v", err)
			}
			for _, want := range test.want {
				found := false
				for _, p := range problems {
					found = found || strings.Contains(p.String(), want)
				}
				if !found {
					t.Errorf("want %q among\n%v", want, err)
				}
			}
			if len(problems) != len(test.want) {
				t.Errorf("want %d problems, got\n%v", len(test.want), err)
			}
			for _, p := range problems {
				if p.Line == 0 {
					t.Errorf("no position: %v", p)
				}
			}
		})
	}
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	_, err := Parse("router.yaml", []byte("listen: 5\nlimits:\n  max_calls: x\n  linger: y\nnonsense: 1\nrealms:\n  r:\n    strict: {uris: maybe}\n"))
	if got := len(err.(Problems)); got != 5 {
		t.Errorf("%d problems:\n%v", got, err)
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != 5 || !strings.HasPrefix(lines[0], "router.yaml:1:9: ") {
		t.Errorf("got\n%v", err)
	}
}

func TestAnchorsAndMergedKeys(t *testing.T) {
	loaded, err := Parse("router.yaml", []byte(`
realms:
  one: &base
    max_sessions: 5
    roles: &roles
      user: [{uri: com., match: prefix, allow: [call]}]
    auth: {anonymous: {role: user}}
  two:
    <<: *base
    max_sessions: 7
  three:
    <<: [*base]
    strict: {uris: true}
  four:
    roles: *roles
    auth: {anonymous: {role: user}}
`))
	if err != nil {
		t.Fatal(err)
	}
	if got := loaded.Realms["two"].MaxSessions; got != 7 {
		t.Errorf("two has %d sessions", got)
	}
	if three := loaded.Realms["three"]; three.MaxSessions != 5 || !three.Strict.URIs || three.Auth.Anonymous.Role != "user" {
		t.Errorf("three: %+v", three)
	}
	if got := len(*loaded.Realms["four"].Roles["user"]); got != 1 {
		t.Errorf("four has %d rules", got)
	}
}

// TestAliasesDoNotExplode feeds a file that doubles with every line.
func TestAliasesDoNotExplode(t *testing.T) {
	var file strings.Builder
	file.WriteString("realms:\n  r0: &r0 {roles: {a: [{uri: x, allow: [call]}]}}\norigins:\n  - &o0 [a, a]\n")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&file, "  - &o%d [*o%d, *o%d]\n", i, i-1, i-1)
	}
	if _, err := Parse("router.yaml", []byte(file.String())); err == nil {
		t.Error("no error")
	}
}

func TestSecretsAreReadAndNeverPrinted(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ticket"), []byte("from the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("WAMPROUTER_TEST_TICKET", "from the environment")
	loaded, err := Parse(filepath.Join(dir, "router.yaml"), []byte(`
realms:
  r:
    auth:
      ticket:
        users:
          a: {role: x, ticket: "file:ticket"}
          b: {role: x, ticket: "env:WAMPROUTER_TEST_TICKET"}
          c: {role: x, ticket: literal}
`))
	if err != nil {
		t.Fatal(err)
	}
	users := loaded.Realms["r"].Auth.Ticket.Users
	for name, want := range map[string]string{"a": "from the file", "b": "from the environment", "c": "literal"} {
		if got := string(users[name].Ticket); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if printed := fmt.Sprintf(format, *users["c"]); strings.Contains(printed, "literal") {
			t.Errorf("%s prints %s", format, printed)
		}
	}
	_, err = Parse("router.yaml", []byte("realms: {r: {auth: {ticket: {users: {a: {role: x, ticket: [hunter2]}, b: {role: x, ticket: hunter2, sha256: hunter2}, c: {role: x, ticket: {hunter2: 1}}}}}}}"))
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{"0": 0, "512": 512, "64KiB": 64 << 10, "16MiB": 16 << 20, "1GiB": 1 << 30, "5MB": 5e6, "3 kB": 3000} {
		var s Size
		if err := s.parse(text); err != nil || s != want {
			t.Errorf("%s: got %d, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "MiB", "1 MiB MiB", "99999999999999999999", "9999999999GiB", "1e3", "0x10", "-1"} {
		if err := new(Size).parse(text); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
	for want, s := range map[string]Size{"16MiB": 16 << 20, "1GiB": 1 << 30, "1500B": 1500, "0B": 0, "2KiB": 2048} {
		if got := s.String(); got != want {
			t.Errorf("%d: got %s, want %s", int(s), got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "a: b", "limits: {max_message: 1MiB}", "realms: {a: &x {}, b: {<<: *x}}", "a: &b [*b]", "- ? x\n  : y", "!!str a: b", "<<: {pprof: true}", "? [a]\n: b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		loaded, err := Parse("router.yaml", []byte(content))
		if (loaded == nil) == (err == nil) {
			t.Fatalf("got %v and %v", loaded, err)
		}
	})
}
