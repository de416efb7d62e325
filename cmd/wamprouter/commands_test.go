package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wampkit/wampkit/wamp"
)

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	good, bad, open := filepath.Join(dir, "good.yaml"), filepath.Join(dir, "bad.yaml"), filepath.Join(dir, "open.yaml")
	write(t, good, "realms: {com.acme: {auth: {anonymous: {role: user}}, roles: {user: []}}}\n")
	write(t, bad, "limits:\n  max_mesage: 1\nrealms: []\n")
	write(t, open, "listen: ws://0.0.0.0:8080/ws\n")
	for _, test := range []struct {
		file string
		code int
		says []string
	}{
		{good, 0, []string{"fine", "ws://127.0.0.1:8080/ws", "com.acme: join by anonymous; roles user"}},
		{bad, 2, []string{bad + ":2:3: limits.max_mesage: unknown key, did you mean max_message?", bad + ":3:9: realms: is a list"}},
		{open, 0, []string{open + ":1:9: warning: listen.1: ws://0.0.0.0:8080/ws has no encryption", ": warning: realms: realm realm1 lets everybody"}},
		{filepath.Join(dir, "nowhere.yaml"), 2, []string{"nowhere.yaml"}},
	} {
		out, code := output(t, "check", "--config", test.file)
		if code != test.code {
			t.Errorf("%s: exit code %d, want %d", test.file, code, test.code)
		}
		for _, says := range test.says {
			if !strings.Contains(out, says) {
				t.Errorf("%s: want %q in:\n%s", test.file, says, out)
			}
		}
	}
	if out, code := output(t, "--config", bad); code != 2 || !strings.Contains(out, bad+":2:3: ") {
		t.Errorf("served: exit code %d, %s", code, out)
	}
}

func TestFlagsThatContradictTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "router.yaml")
	write(t, file, "")
	for _, flag := range [][]string{{"--listen", "ws://127.0.0.1:0"}, {"--realm", "a"}, {"--strict"}} {
		out, code := output(t, append(flag, "--config", file)...)
		if code != 2 || !strings.Contains(out, flag[0]) {
			t.Errorf("%v: exit code %d, %s", flag, code, out)
		}
	}
}

func TestInitWritesAFileThatPassesCheck(t *testing.T) {
	file := filepath.Join(t.TempDir(), "router.yaml")
	if out, code := output(t, "init", file); code != 0 {
		t.Fatalf("exit code %d, %s", code, out)
	}
	if out, code := output(t, "check", "--config", file); code != 0 || strings.Contains(out, "warning") {
		t.Errorf("exit code %d, %s", code, out)
	}
	write(t, file, "mine")
	if out, code := output(t, "init", file); code != 2 || !strings.Contains(out, "--force") {
		t.Errorf("exit code %d, %s", code, out)
	}
	if content, _ := os.ReadFile(file); string(content) != "mine" {
		t.Error("the file was overwritten")
	}
	if out, code := output(t, "init", "--force", file); code != 0 {
		t.Errorf("exit code %d, %s", code, out)
	}
	if content, _ := os.ReadFile(file); string(content) == "mine" {
		t.Error("the file was not overwritten")
	}
}

// TestHashedPasswordsAreWhatTheFileTakes puts the lines into a file, and lets the
// router read it.
func TestHashedPasswordsAreWhatTheFileTakes(t *testing.T) {
	for _, args := range [][]string{
		{"--memory", "64", "--iterations", "1"},
		{"--kdf", "pbkdf2", "--iterations", "4096"},
		{"--method", "wampcra", "--iterations", "1000"},
	} {
		lines, code := outputOf(t, "pencil\n", append([]string{"hash-password", "--user", "joe", "--role", "user"}, args...)...)
		if code != 0 || strings.Contains(lines, "pencil") {
			t.Fatalf("%v: exit code %d, %s", args, code, lines)
		}
		file := filepath.Join(t.TempDir(), "router.yaml")
		write(t, file, "realms:\n  realm1:\n    auth:\n      "+strings.ReplaceAll(strings.TrimSpace(lines), "\n", "\n      ")+"\n")
		if out, code := output(t, "check", "--config", file); code != 0 || !strings.Contains(out, "1 users") {
			t.Errorf("%v: exit code %d, %s", args, code, out)
		}
	}
	if out, code := outputOf(t, "\n", "hash-password"); code != 2 || !strings.Contains(out, "no password") {
		t.Errorf("exit code %d, %s", code, out)
	}
}

func TestKeygen(t *testing.T) {
	first, code := output(t, "keygen")
	if code != 0 || strings.Count(first, "\n") != 4 {
		t.Errorf("exit code %d, %s", code, first)
	}
	if second, _ := output(t, "keygen"); second == first {
		t.Error("the same key twice")
	}
}

// TestTheSchemaKnowsTheStarterFile validates a file with every section.
func TestTheSchemaKnowsWhatTheFileTakes(t *testing.T) {
	text, code := output(t, "schema")
	if code != 0 {
		t.Fatal(text)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	for file, valid := range map[string]bool{
		`{"listen": ["ws://127.0.0.1:8080/ws"], "limits": {"max_message": "16MiB", "max_calls": 5}, "realms": {"r": {"auth": {"anonymous": {}}}}}`: true,
		`{"listen": "ws://127.0.0.1:8080/ws", "metrics": 9090}`: true,
		`{"listn": []}`:                            false,
		`{"limits": {"on_full_queue": "never"}}`:   false,
		`{"tls": {"cert": "a"}}`:                   false,
		`{"realms": {"r": {"max_sessions": "x"}}}`: false,
	} {
		var value any
		if err := json.Unmarshal([]byte(file), &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != valid {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestUsersOfTheFileLogIn(t *testing.T) {
	p, _ := startFile(t, `
listen: tcp://127.0.0.1:0
realms:
  realm1:
    auth:
      ticket: {users: {joe: {ticket: "secret!!!", role: user}}}
    roles:
      user: [{uri: com.open., match: prefix, allow: [call]}]
`)
	for ticket, right := range map[string]bool{"secret!!!": true, "wrong": false} {
		s := joinWith(t, p.url("tcp"), "realm1", wamp.Dict{"authid": "joe", "authmethods": []any{"ticket"}}, nil)
		if m, ok := s.receive().(*wamp.Challenge); !ok {
			t.Fatalf("want CHALLENGE, got %#v", m)
		}
		s.send(&wamp.Authenticate{Signature: ticket})
		if !right {
			s.refused("wamp.error.authentication_denied")
			continue
		}
		s.welcomed()
		if got := s.call("com.open.p"); got != wamp.ErrNoSuchProcedure {
			t.Errorf("an allowed call: %s", got)
		}
		if got := s.call("com.closed.p"); got != wamp.ErrNotAuthorized {
			t.Errorf("a forbidden call: %s", got)
		}
	}
	if strings.Contains(p.logs.String(), "secret!!!") || strings.Contains(p.logs.String(), "wrong") {
		t.Errorf("a secret is in the log: %s", p.logs)
	}
}
