package config

import "fmt"

// FromFlags is the configuration of a router that is told by flags alone: realms that
// everybody may join. The error says what is wrong with them.
func FromFlags(listen, realms []string, strict bool) (*Loaded, error) {
	l := &Loaded{Name: "command line"}
	for _, text := range listen {
		var u ListenURL
		if err := u.parse(text); err != nil {
			return nil, fmt.Errorf("--listen: %w", err)
		}
		if isSecure(text) {
			return nil, fmt.Errorf("--listen %s: TLS needs a certificate, and that a configuration file: see wamprouter init", text)
		}
		l.Listen = append(l.Listen, u)
	}
	if len(realms) == 0 {
		realms = []string{"realm1"}
	}
	l.Realms = make(map[string]*Realm, len(realms))
	for _, name := range realms {
		if l.Realms[name] != nil {
			return nil, fmt.Errorf("--realm: %q is given twice", name)
		}
		l.Realms[name] = &Realm{Strict: Strict{URIs: strict, RequestIDs: strict, Features: strict}}
	}
	c := &checker{Loaded: l}
	c.check()
	return l, c.problems.err()
}
