package router

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
)

func TestGuessesBeyondTheLimitArePaidBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perMinute = 20
		var g guesses
		remote := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 4711}
		for range 2 * perMinute { // all of them were let through before the first had failed
			g.failed(remote, perMinute)
		}
		time.Sleep(time.Minute)
		if !g.exhausted(remote, perMinute) {
			t.Error("after a minute, twice as many guesses as a minute has are forgotten")
		}
		time.Sleep(2 * time.Minute / perMinute)
		if g.exhausted(remote, perMinute) {
			t.Error("what was paid back is still held against the address")
		}
	})
}
