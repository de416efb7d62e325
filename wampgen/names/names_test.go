package names

import "testing"

func TestComponent(t *testing.T) {
	for name, want := range map[string][3]string{
		"Reset":       {"reset", "reset", "reset"},
		"SetTarget":   {"set_target", "set-target", "settarget"},
		"HTTPGetURL":  {"http_get_url", "http-get-url", "httpgeturl"},
		"GetHTTPCode": {"get_http_code", "get-http-code", "gethttpcode"},
		"GetV2":       {"get_v2", "get-v2", "getv2"},
		"Get2ndItem":  {"get2nd_item", "get2nd-item", "get2nditem"},
		"ID":          {"id", "id", "id"},
		"UserIDs":     {"user_ids", "user-ids", "userids"},
		"URLsFor":     {"urls_for", "urls-for", "urlsfor"},
		"HTTPServer":  {"http_server", "http-server", "httpserver"},
		"Snake_Case":  {"snake_case", "snake-case", "snakecase"},
		"A":           {"a", "a", "a"},
		"ÄndereÖl":    {"ändere_öl", "ändere-öl", "ändereöl"},
	} {
		for i, style := range []Style{Snake, Kebab, Lower} {
			if got := Component(name, style); got != want[i] {
				t.Errorf("Component(%q, %s) = %q, want %q", name, style, got, want[i])
			}
		}
		if got := Component(name, ""); got != want[0] {
			t.Errorf("Component(%q) = %q, want snake case", name, got)
		}
	}
}

func TestUnexported(t *testing.T) {
	for name, want := range map[string]string{
		"Device": "device", "HTTPServer": "httpServer", "ID": "id", "device": "device", "X": "x", "_x": "_x", "RegisterFleet": "registerFleet",
	} {
		if got := Unexported(name); got != want {
			t.Errorf("Unexported(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestExported(t *testing.T) {
	for name, want := range map[string]string{"device": "Device", "Device": "Device", "": ""} {
		if got := Exported(name); got != want {
			t.Errorf("Exported(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestScopeHandsOutFreeNames(t *testing.T) {
	s := NewScope("runtime")
	for _, c := range []struct {
		candidates []string
		want       string
	}{
		{[]string{"id"}, "id"},
		{[]string{"id"}, "id2"},
		{[]string{"id"}, "id3"},
		{[]string{"id", "id_"}, "id_"},
		{[]string{"runtime", "wampkitruntime"}, "wampkitruntime"},
		{[]string{"func", "range"}, "range2"},
		{[]string{"_", "arg"}, "arg"},
		{[]string{"two words"}, "value2"},
	} {
		if got := s.Take(c.candidates...); got != c.want {
			t.Errorf("Take(%v) = %q, want %q", c.candidates, got, c.want)
		}
	}
	if s.Free("id") || s.Free("type") || s.Free("_") || !s.Free("string") {
		t.Error("Free is wrong")
	}
}
