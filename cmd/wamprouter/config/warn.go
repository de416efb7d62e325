package config

import (
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"runtime"
	"slices"
)

// Warnings name what the file allows and what is dangerous, in the order of the file.
// Each is a sentence that says what to do.
func (l *Loaded) Warnings() []Problem {
	w := &warner{checker{Loaded: l}}
	reachable := w.listeners()
	if l.Metrics != "" && !loopbackHost(string(l.Metrics)) {
		w.report(path{"metrics"}, "the metrics are served to everybody who reaches %s: listen on 127.0.0.1, or keep others out with a firewall", l.Metrics)
		if l.Pprof {
			w.report(path{"pprof"}, "so is the profiler, which shows memory and can slow the router down")
		}
	}
	for i, origin := range l.Origins {
		if origin == "*" {
			w.report(path{"origins"}.index(i), "any web page may connect in the name of whoever looks at it")
		}
	}
	if len(l.Realms) == 0 && l.AutoRealm == nil {
		w.realm(path{"realms"}, "realm1", &Realm{}, reachable)
	}
	for _, name := range slices.Sorted(maps.Keys(l.Realms)) {
		w.realm(path{"realms", name}, name, l.Realms[name], reachable)
	}
	if l.AutoRealm != nil {
		w.realm(path{"auto_realm"}, "any name", l.AutoRealm, reachable)
	}
	w.permissions()
	w.problems.sort()
	return w.problems
}

// warner gathers warnings, which look like problems.
type warner struct{ checker }

// listeners warns of what travels in the clear, and reports whether other machines
// can reach the router.
func (w *warner) listeners() (reachable bool) {
	for i, listen := range w.Listeners() {
		u, err := url.Parse(listen)
		if err != nil || u.Scheme == "unix" || loopbackHost(u.Host) {
			continue
		}
		reachable = true
		if u.Scheme == "ws" || u.Scheme == "tcp" {
			w.report(path{"listen"}.index(i), "%s has no encryption, and other machines can reach it: use %ss:// with a certificate, or listen on 127.0.0.1 behind a proxy that has one", listen, u.Scheme)
		}
	}
	return reachable
}

// loopbackHost reports whether nothing but this machine reaches host:port.
func loopbackHost(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func (w *warner) realm(p path, name string, r *Realm, reachable bool) {
	open := r.Auth == nil || r.Auth.Anonymous != nil
	free := r.Roles == nil && r.DynamicAuthorizer == ""
	if open && free && reachable {
		w.report(p, "realm %s lets everybody who reaches the router do everything, ending other sessions included: add auth, roles or both", name)
	}
	if !open && free {
		w.report(p, "realm %s has no roles: whoever joins may do everything, ending other sessions included", name)
	}
	if r.Auth == nil {
		return
	}
	if r.Auth.Ticket != nil && w.plain() {
		w.report(p.key("auth").key("ticket"), "tickets travel as they are: use wss:// or tcps:// only, or scram")
	}
	if r.Auth.CRA != nil {
		for _, user := range slices.Sorted(maps.Keys(r.Auth.CRA.Users)) {
			if u := r.Auth.CRA.Users[user]; u.Salt != "" && u.Iterations < 10_000 {
				w.report(p.key("auth").key("wampcra").key("users").key(user), "a password can be guessed from what a listener hears: raise iterations to 100000, or use scram")
			}
		}
	}
}

// plain reports whether a listener that other machines reach is not encrypted.
func (w *warner) plain() bool {
	return slices.ContainsFunc(w.Listeners(), func(listen string) bool {
		u, err := url.Parse(listen)
		return err == nil && (u.Scheme == "ws" || u.Scheme == "tcp") && !loopbackHost(u.Host)
	})
}

// permissions warns of a file that others may read or write.
func (w *warner) permissions() {
	if runtime.GOOS == "windows" {
		return
	}
	w.permissionsOf(Position{}, w.Name, w.literalSecrets, "it has secrets")
	if w.TLS != nil {
		w.permissionsOf(w.at(path{"tls", "key"}), w.TLS.Key, true, "it is a private key")
	}
}

func (w *warner) permissionsOf(at Position, name string, secret bool, why string) {
	info, err := os.Stat(name)
	if err != nil {
		return
	}
	warn := func(format string, args ...any) {
		w.problems = append(w.problems, Problem{File: w.Name, Position: at, Message: fmt.Sprintf(format, args...)})
	}
	switch mode := info.Mode().Perm(); {
	case mode&0o002 != 0:
		warn("everybody may change %s (mode %#o): chmod o-w", name, mode)
	case secret && mode&fs.FileMode(0o004) != 0:
		warn("everybody on this machine may read %s (mode %#o), and %s: chmod o-r", name, mode, why)
	}
}
