package router

import (
	"net"
	"net/netip"
	"sync"

	"golang.org/x/time/rate"
)

// guesses bounds how often somebody may try to guess a secret: see
// Limits.AuthenticationFailures. An address that has not failed takes no memory.
// How many there may be in a minute is told with each question; negative is any number.
type guesses struct {
	mu   sync.Mutex // guards the field below
	left map[netip.Prefix]*rate.Limiter
}

// maxGuessers is how many addresses are remembered.
const maxGuessers = 8192

// exhausted reports whether an address has no guess left.
func (g *guesses) exhausted(remote net.Addr, perMinute int) bool {
	from, ok := networkOf(remote)
	if !ok || perMinute < 0 {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	limiter := g.left[from]
	return limiter != nil && limiter.Tokens() < 1
}

// failed takes one guess from an address. Attempts that were judged at the same
// moment may take more than there are: they are paid back before the next one.
func (g *guesses) failed(remote net.Addr, perMinute int) {
	from, ok := networkOf(remote)
	if !ok || perMinute < 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	limiter := g.left[from]
	if limiter == nil {
		if g.left == nil {
			g.left = make(map[netip.Prefix]*rate.Limiter)
		}
		if len(g.left) >= maxGuessers {
			g.forget()
		}
		limiter = rate.NewLimiter(rate.Limit(perMinute)/60, perMinute)
		g.left[from] = limiter
	}
	limiter.Reserve()
}

// forget makes room: it forgets who has all guesses back or, if nobody has, half of
// those that there are. mu is held.
func (g *guesses) forget() {
	for from, limiter := range g.left {
		if limiter.Tokens() >= float64(limiter.Burst()) {
			delete(g.left, from)
		}
	}
	if len(g.left) < maxGuessers {
		return
	}
	for from := range g.left {
		if len(g.left) <= maxGuessers/2 {
			return
		}
		delete(g.left, from)
	}
}

// networkOf is who is counted as one: an IPv4 address, or the 2^64 addresses of an
// IPv6 network. Unix sockets and in-process connections come from nowhere.
func networkOf(remote net.Addr) (netip.Prefix, bool) {
	tcp, ok := remote.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}, false
	}
	address := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := 64
	if address.Is4() {
		bits = 32
	}
	network, err := address.Prefix(bits)
	return network, err == nil
}
