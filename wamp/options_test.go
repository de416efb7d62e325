package wamp

import "testing"

func TestIsCustomAttribute(t *testing.T) {
	for name, want := range map[string]bool{
		"_traceparent": true, "_abc": true, "____": true, "_a0_": true,
		"": false, "_": false, "_ab": false, "abcd": false, "traceparent": false, "_Abc": false, "_ab-c": false, "_abä": false,
	} {
		if got := IsCustomAttribute(name); got != want {
			t.Errorf("IsCustomAttribute(%q) = %v", name, got)
		}
	}
}
