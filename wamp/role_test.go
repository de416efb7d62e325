package wamp

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnnouncement(t *testing.T) {
	r := Roles{}.With(RoleCaller, FeatureCallTimeout, FeatureCallCanceling).With(RoleSubscriber)
	switch {
	case !r.Has(RoleCaller), !r.Has(RoleSubscriber), r.Has(RoleCallee), r.None():
		t.Error("wrong roles")
	case !r.Supports(RoleCaller, FeatureCallTimeout), r.Supports(RoleCaller, FeatureCallReroute), r.Supports(RoleSubscriber, FeatureCallTimeout):
		t.Error("wrong features")
	case !(Roles{}).None():
		t.Error("the zero value announces something")
	}
	want := Dict{
		"caller":     Dict{"features": Dict{"call_timeout": true, "call_canceling": true}},
		"subscriber": Dict{},
	}
	if diff := cmp.Diff(want, r.Dict()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnnouncementsAreIndependentValues(t *testing.T) {
	base := Roles{}.With(RoleDealer)
	base.With(RoleDealer, FeatureCallReroute)
	if base.Supports(RoleDealer, FeatureCallReroute) {
		t.Error("With changed its receiver")
	}
}

func TestEveryRoleAndFeatureRoundTrips(t *testing.T) {
	var all Roles
	for role := range roleCount {
		for f := range featureCount {
			all = all.With(role, f)
		}
	}
	got, err := ParseRoles(all.Dict())
	if err != nil || got != all {
		t.Errorf("got %v, %v", got, err)
	}
	if name := roleCount.String(); name != "Role(6)" {
		t.Errorf("a role that does not exist is %q", name)
	}
	if name := featureCount.String(); !strings.HasPrefix(name, "Feature(") {
		t.Errorf("a feature that does not exist is %q", name)
	}
}

func TestParseRoles(t *testing.T) {
	for _, test := range []struct {
		name  string
		roles Dict
		want  Roles
	}{
		{"W021 unknown roles and features", Dict{"x": 1, "caller": Dict{"y": 1, "features": Dict{"z": true, "_w": 5}}}, Roles{}.With(RoleCaller)},
		{"features that are off", Dict{"caller": Dict{"features": Dict{"call_timeout": false}}}, Roles{}.With(RoleCaller)},
		{"features that are null", Dict{"caller": Dict{"features": nil}}, Roles{}.With(RoleCaller)},
		{"spelling of deployed clients", Dict{"callee": Dict{"features": Dict{"call_cancelling": true}}}, Roles{}.With(RoleCallee, FeatureCallCanceling)},
		{"spelling of the specification", Dict{"broker": Dict{"features": Dict{"shareded_subscriptions": true}}}, Roles{}.With(RoleBroker, FeatureShardedSubscription)},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := ParseRoles(test.roles); err != nil || got != test.want {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
		})
	}
}

func TestParseRolesRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		roles any
		want  string
	}{
		{"no dict", []any{}, "roles: want a dict"},
		{"absent", nil, "roles: want a dict"},
		{"a role that is no dict", Dict{"caller": true}, "roles.caller: want a dict"},
		{"features that are no dict", Dict{"caller": Dict{"features": []any{}}}, "roles.caller.features: want a dict"},
		{"W019 a feature that is no bool", Dict{"caller": Dict{"features": Dict{"call_timeout": 1}}}, "roles.caller.features.call_timeout: want a bool"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := ParseRoles(test.roles); err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
