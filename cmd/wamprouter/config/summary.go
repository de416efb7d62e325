package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/wampkit/wampkit/router"
)

// RealmNames are the realms that can be joined; * stands for any.
func (f *File) RealmNames() []string {
	names := slices.Sorted(maps.Keys(f.Realms))
	switch {
	case f.AutoRealm != nil:
		names = append(names, "*")
	case len(names) == 0:
		names = []string{string(router.DefaultRealm)}
	}
	return names
}

// MethodNames are the ways to join some realm, as authmethods.
func (f *File) MethodNames() []string {
	found := map[string]bool{}
	for _, r := range f.allRealms() {
		for _, name := range r.methodNames() {
			found[name] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// allRealms are the realms and the model of others.
func (f *File) allRealms() []*Realm {
	realms := slices.Collect(maps.Values(f.Realms))
	if f.AutoRealm != nil {
		realms = append(realms, f.AutoRealm)
	}
	if len(realms) == 0 {
		realms = []*Realm{{}}
	}
	return realms
}

// methodNames are the authmethods of a realm, the preferred one first.
func (r *Realm) methodNames() []string {
	if r.Auth == nil {
		return []string{"anonymous"}
	}
	var names []string
	v := reflect.ValueOf(r.Auth).Elem()
	for _, f := range fieldsOf(v.Type()) {
		if v.FieldByIndex(f.Index).IsNil() {
			continue
		}
		name := keyOf(f)
		if name == "dynamic" {
			name = "dynamic(" + strings.Join(r.Auth.Dynamic.Methods, ", ") + ")"
		}
		if name == "scram" {
			name = "wamp-scram"
		}
		names = append(names, name)
	}
	return names
}

// GoodbyePatience is how long a shutdown may take.
func (f *File) GoodbyePatience() time.Duration {
	patience := 4 * time.Second // the router's defaults
	if f.Limits.GoodbyeTimeout > 0 {
		patience += time.Duration(f.Limits.GoodbyeTimeout)
	}
	if f.Limits.Linger > 0 {
		patience += 2 * time.Duration(f.Limits.Linger)
	}
	return patience
}

// Summary says in lines for people what the file serves.
func (l *Loaded) Summary() []string {
	lines := []string{l.Name + ": fine"}
	for _, u := range l.Listeners() {
		lines = append(lines, "listen   "+u)
	}
	if l.Metrics != "" {
		lines = append(lines, fmt.Sprintf("metrics  http://%s/metrics", l.Metrics))
	}
	names := slices.Sorted(maps.Keys(l.Realms))
	for _, name := range names {
		lines = append(lines, "realm    "+name+": "+l.Realms[name].summary())
	}
	if l.AutoRealm != nil {
		lines = append(lines, "realm    any other: "+l.AutoRealm.summary())
	} else if len(names) == 0 {
		lines = append(lines, "realm    "+string(router.DefaultRealm)+": "+(&Realm{}).summary())
	}
	return lines
}

func (r *Realm) summary() string {
	parts := []string{"join by " + strings.Join(r.methodNames(), ", ")}
	if n := r.users(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d users", n))
	}
	switch {
	case r.Roles != nil:
		parts = append(parts, "roles "+strings.Join(slices.Sorted(maps.Keys(r.Roles)), ", "))
	case r.DynamicAuthorizer == "":
		parts = append(parts, "everybody may do everything")
	}
	if r.DynamicAuthorizer != "" {
		parts = append(parts, r.DynamicAuthorizer+" decides")
	}
	if n := len(r.History); n > 0 {
		parts = append(parts, fmt.Sprintf("%d histories", n))
	}
	return strings.Join(parts, "; ")
}

// users is how many users the file names.
func (r *Realm) users() (n int) {
	if r.Auth == nil {
		return 0
	}
	v := reflect.ValueOf(r.Auth).Elem()
	for _, f := range fieldsOf(v.Type()) {
		method := v.FieldByIndex(f.Index)
		if method.IsNil() {
			continue
		}
		if users := method.Elem().FieldByName("Users"); users.IsValid() {
			n += users.Len()
		}
	}
	return n
}

// Key is a text as YAML writes it, in quotes if it needs them.
func Key(text string) string {
	out, err := yaml.Marshal(text)
	if err != nil {
		return fmt.Sprintf("%q", text)
	}
	return strings.TrimSuffix(string(out), "\n")
}
