package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/router"
)

const aKey, anotherKey = "0000000000000000000000000000000000000000000000000000000000000000", "1111111111111111111111111111111111111111111111111111111111111111"

// whole is a file in which every section is present.
const whole = `{
  "listen": ["wss://127.0.0.1:1/ws"],
  "tls": {"cert": "server.pem", "key": "server.key", "client_ca": "ca.pem"},
  "limits": {"message_rate": 10, "message_burst": 20, "byte_rate": "1MiB", "byte_burst": "32MiB"},
  "metrics": "127.0.0.1:2",
  "decoy_secret": "0123456789abcdef",
  "realms": {"other": {}, "r": {
    "auth": {
      "cookie": {},
      "ticket": {"users": {"a": {"ticket": "t", "role": "x"}, "h": {"sha256": "` + aKey + `", "role": "x"}}},
      "wampcra": {"users": {"a": {"secret": "s", "salt": "salt", "role": "x"}, "k": {"key": "k", "role": "x"}}},
      "scram": {"users": {"a": {"password": "p", "kdf": "argon2id13", "iterations": 1, "memory": 64, "role": "x"},
        "k": {"stored_key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "server_key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "salt": "AAAAAAAAAAAAAAAAAAAAAA==", "iterations": 100, "role": "x"}}},
      "cryptosign": {"users": {"a": {"pubkeys": ["` + aKey + `"], "role": "x"}}},
      "tls": {"role": "x", "users": {"a": {"role": "y"}}},
      "anonymous": {},
      "dynamic": {"procedure": "com.auth", "methods": ["ticket"]}
    },
    "roles": {"x": [{"uri": "com.a", "allow": ["call"]}], "y": [], "anonymous": []},
    "dynamic_authorizer": "com.decide",
    "disclose": {}, "strict": {}, "trust_levels": {"x": 1},
    "history": [{"uri": "com.h"}]
  }}
}`

// effects has another value for every key, by its path in the types: [] is an item of
// a list, * any key of a mapping.
var effects = map[string]any{
	"listen": []string{"wss://127.0.0.1:3/ws"},

	"tls.cert":        "other.pem",
	"tls.key":         nil, // goes with the certificate: see TestTheKeyGoesWithTheCertificate
	"tls.client_ca":   "server.pem",
	"tls.client_auth": "required", "tls.min_version": "1.3",

	"origins": []string{"https://a.example"},

	"limits.max_message": "1MiB", "limits.max_options": "1KiB", "limits.payload_depth": 5, "limits.outbound_queue": "1MiB",
	"limits.on_full_queue": "close", "limits.stall_timeout": "7s", "limits.handshake_timeout": "7s",
	"limits.authentication_failures": 0, "limits.goodbye_timeout": "7s", "limits.linger": "7s", "limits.ping_interval": "never",
	"limits.max_connections": 7, "limits.max_sessions": 7, "limits.max_sessions_per_listener": 7, "limits.max_sessions_per_address": 7,
	"limits.max_calls": 7, "limits.max_registrations": 7, "limits.max_subscriptions": 7, "limits.reroute_bytes": "7KiB",
	"limits.message_rate": 7, "limits.message_burst": 7, "limits.byte_rate": "7KiB", "limits.byte_burst": "17MiB", "limits.on_rate": "close",
	"limits.authorization_timeout": "7s", "limits.authorization_queue": "7KiB",

	"log.level": "error", "log.format": "json",
	"metrics": "127.0.0.1:3", "pprof": true, "decoy_secret": "fedcba9876543210",
	"auto_realm": map[string]any{},

	"realms.*.dynamic_authorizer": "com.other", "realms.*.authorizer_cache": "7s", "realms.*.max_sessions": 7,
	"realms.*.disclose.caller": true, "realms.*.disclose.publisher": true,
	"realms.*.strict.uris": true, "realms.*.strict.request_ids": true, "realms.*.strict.features": true,
	"realms.*.history.[].uri": "com.i", "realms.*.history.[].match": "prefix", "realms.*.history.[].limit": 7, "realms.*.history.[].max_bytes": "7KiB",
	"realms.*.trust_levels.*": 7,
	"realms.*.max_retained":   0, "realms.*.max_retained_bytes": "7KiB",
	"realms.*.roles.*.[].uri": "com.b", "realms.*.roles.*.[].match": "prefix", "realms.*.roles.*.[].allow": []string{"publish"},
	"realms.*.roles.*.[].disclose.caller": true, "realms.*.roles.*.[].disclose.publisher": true,

	"realms.*.auth.cookie.name": "other", "realms.*.auth.cookie.max_age": "7s", "realms.*.auth.cookie.same_site": "lax",
	"realms.*.auth.cookie.secure": true, "realms.*.auth.cookie.max_logins": 7,
	"realms.*.auth.dynamic.procedure": "com.other", "realms.*.auth.dynamic.methods": []string{"scram"}, "realms.*.auth.dynamic.realm": "other", "realms.*.auth.dynamic.timeout": "7s",
	"realms.*.auth.anonymous.role":        "y",
	"realms.*.auth.ticket.users.*.ticket": "other", "realms.*.auth.ticket.users.h.sha256": anotherKey,
	"realms.*.auth.ticket.users.*.role": "y", "realms.*.auth.ticket.users.*.authid": "other",
	"realms.*.auth.wampcra.users.*.secret": "other", "realms.*.auth.wampcra.users.k.key": "other", "realms.*.auth.wampcra.users.*.salt": "other",
	"realms.*.auth.wampcra.users.*.iterations": 7, "realms.*.auth.wampcra.users.*.keylen": 7,
	"realms.*.auth.wampcra.users.*.role": "y", "realms.*.auth.wampcra.users.*.authid": "other",
	"realms.*.auth.scram.users.*.password": "other", "realms.*.auth.scram.users.*.iterations": 2, "realms.*.auth.scram.users.*.memory": 65,
	"realms.*.auth.scram.users.k.kdf":        with{"argon2id13", "memory", 64},
	"realms.*.auth.scram.users.k.stored_key": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "realms.*.auth.scram.users.k.server_key": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	"realms.*.auth.scram.users.k.salt": "AQAAAAAAAAAAAAAAAAAAAA==",
	"realms.*.auth.scram.users.*.role": "y", "realms.*.auth.scram.users.*.authid": "other",
	"realms.*.auth.scram.require_channel_binding": true, "realms.*.auth.cryptosign.require_channel_binding": true,
	"realms.*.auth.cryptosign.router_key":      aKey,
	"realms.*.auth.cryptosign.users.*.pubkeys": []string{anotherKey},
	"realms.*.auth.cryptosign.users.*.role":    "y", "realms.*.auth.cryptosign.users.*.authid": "other",
	"realms.*.auth.tls.by": "dns_name", "realms.*.auth.tls.role": "y",
	"realms.*.auth.tls.users.*.role": "x", "realms.*.auth.tls.users.*.authid": "other",
}

// with is a value that needs another one beside it.
type with struct {
	value any
	key   string
	other any
}

// keysBelow are the keys of a type that are no sections.
func keysBelow(t reflect.Type, prefix string) []string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		switch {
		case t.Kind() == reflect.Map:
			return keysBelow(t.Elem(), prefix+".*")
		case t.Kind() == reflect.Slice && !isScalar(reflect.New(t.Elem()).Elem()):
			return keysBelow(t.Elem(), prefix+".[]")
		}
		return []string{prefix}
	}
	var keys []string
	for _, f := range fieldsOf(t) {
		name := strings.TrimPrefix(prefix+"."+keyOf(f), ".")
		if name == "auto_realm" { // like realms.*
			keys = append(keys, name)
			continue
		}
		keys = append(keys, keysBelow(f.Type, name)...)
	}
	return keys
}

// TestEveryKeyTakesEffect changes one key after the other, and looks whether what the
// daemon runs on changes too.
func TestEveryKeyTakesEffect(t *testing.T) {
	dir := certificates(t)
	before := fingerprint(t, dir, whole)
	tried := map[string]bool{}
	for _, at := range slices.Sorted(maps.Keys(effects)) {
		general := at
		for _, user := range []string{"users.h.", "users.k."} {
			general = strings.Replace(general, user, "users.*.", 1)
		}
		tried[general] = true
		if effects[at] == nil {
			continue
		}
		var file map[string]any
		if err := json.Unmarshal([]byte(whole), &file); err != nil {
			t.Fatal(err)
		}
		set(t, file, strings.Split(at, "."), effects[at])
		content, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		if fingerprint(t, dir, string(content)) == before {
			t.Errorf("%s has no effect", at)
		}
	}
	for _, key := range keysBelow(reflect.TypeFor[File](), "") {
		if !tried[key] {
			t.Errorf("%s is not tried", key)
		}
		delete(tried, key)
	}
	for key := range tried {
		t.Errorf("%s is no key", key)
	}
}

// TestEveryLimitOfTheRouterHasAKey finds limits that were added to the router.
func TestEveryLimitOfTheRouterHasAKey(t *testing.T) {
	limits := map[string]any{}
	for at, value := range effects {
		if key, ok := strings.CutPrefix(at, "limits."); ok {
			limits[key] = value
		}
	}
	content, err := json.Marshal(map[string]any{"limits": limits})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := Parse("router.yaml", content)
	if err != nil {
		t.Fatal(err)
	}
	built := reflect.ValueOf(loaded.Limits.router())
	for _, field := range reflect.VisibleFields(built.Type()) {
		if built.FieldByIndex(field.Index).IsZero() {
			t.Errorf("router.Limits.%s cannot be configured", field.Name)
		}
	}
}

// set sets the value at a path; * is the key a, the realm r or the role x.
func set(t *testing.T, in any, at []string, value any) {
	t.Helper()
	if list, ok := in.([]any); ok {
		set(t, list[0], at[1:], value)
		return
	}
	m := in.(map[string]any)
	key := at[0]
	if key == "*" {
		for _, name := range []string{"r", "x", "a"} {
			if _, there := m[name]; there {
				key = name
				break
			}
		}
	}
	if both, ok := value.(with); ok && len(at) == 1 {
		m[both.key], value = both.other, both.value
	}
	if len(at) == 1 {
		m[key] = value
		return
	}
	if m[key] == nil {
		m[key] = map[string]any{}
	}
	set(t, m[key], at[1:], value)
}

// fingerprint is everything that the daemon takes from a file, as text.
func fingerprint(t *testing.T, dir, content string) string {
	t.Helper()
	l, err := Parse(filepath.Join(dir, "router.yaml"), []byte(content))
	if err != nil {
		t.Fatalf("%v\nin %s", err, content)
	}
	kept := NewKept()
	config, err := l.Build(kept)
	if err != nil {
		t.Fatal(err)
	}
	secure, err := l.ServerTLS()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i := range config.Realms {
		r := &config.Realms[i]
		fmt.Fprintf(&b, "%+v\n", r.Authorizer)
		for _, a := range r.Authenticators {
			if anonymous, ok := a.(router.Anonymous); ok {
				fmt.Fprintf(&b, "%+v\n", anonymous)
			} else {
				fmt.Fprintf(&b, "%s\n", a.Method())
			}
		}
		if r.TrustLevel != nil {
			fmt.Fprintf(&b, "%d\n", r.TrustLevel(router.Identity{Role: "x"}, "com.a"))
		}
		r.Authenticators, r.Authorizer, r.TrustLevel = nil, nil, nil
	}
	model := config.AutoRealm != nil
	config.AutoRealm = nil
	fmt.Fprintf(&b, "%+v %v\n%v %v %v %v %v\n", config, model, l.Listeners(), l.LogLevel(), l.Log.Format, l.Metrics, l.Pprof)
	//lint:ignore SA1019 the pool comes from a file alone
	fmt.Fprintf(&b, "%v %v %v %x\n", secure.MinVersion, secure.ClientAuth, secure.ClientCAs.Subjects(), secure.Certificates[0].Certificate)
	a := l.Realms["r"].Auth
	options := &builder{checker: checker{Loaded: l}, kept: kept}
	fmt.Fprintf(&b, "%+v\n%+v\n%+v\n%+v\n%+v\n%+v\n", a.Ticket.users(), a.CRA.users(), a.SCRAM.users(), a.Cryptosign.users(), a.TLS.config(), a.Cookie.config())
	fmt.Fprintf(&b, "%+v\n", a.Dynamic.config())
	fmt.Fprintf(&b, "%d %d %s", len(options.options(a.SCRAM.RequireChannelBinding, "")),
		len(options.options(a.Cryptosign.RequireChannelBinding, a.Cryptosign.RouterKey)), string(l.DecoySecret))
	return b.String()
}

// certificates makes a folder with the certificates of whole.
func certificates(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for i, name := range []string{"server", "other", "ca"} {
		cert, key := selfSigned(t, int64(i+1), name)
		if name == "other" { // the same key, another certificate
			cert = reissued(t, filepath.Join(dir, "server.key"), 7, name)
		}
		for suffix, content := range map[string][]byte{".pem": cert, ".key": key} {
			if err := os.WriteFile(filepath.Join(dir, name+suffix), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

func TestTheKeyGoesWithTheCertificate(t *testing.T) {
	dir := certificates(t)
	content := strings.Replace(whole, "server.key", "ca.key", 1)
	_, err := Parse(filepath.Join(dir, "router.yaml"), []byte(content))
	if err == nil || !strings.Contains(err.Error(), "tls.cert: ") {
		t.Errorf("got %v", err)
	}
}
