package router

import (
	"testing"
	"time"
)

func TestBacklog(t *testing.T) {
	const window, enough = 100 * time.Millisecond, 10
	type look struct {
		at      time.Duration // after the queue was met full with 1000 octets
		queued  int
		waiting time.Duration // how long a sender may wait then
	}
	for name, looks := range map[string][]look{
		"one that takes nothing is stalled after a window": {
			{0, 1000, window}, {60 * time.Millisecond, 1000, 40 * time.Millisecond},
			{window, 1000, 0}, {5 * window, 1000, -4 * window},
		},
		"one that takes too little is stalled": {
			{window, 991, 0}, {2 * window, 991, -window},
		},
		"one that takes enough gets window after window": {
			{window, 990, window}, {2 * window, 980, window}, {2*window + 1, 980, window - 1}, {3 * window, 979, 0},
		},
		"one that was stalled gets a window when it has taken enough": {
			{3 * window, 1000, -2 * window}, {4 * window, 985, window}, {4*window + 1, 985, window - 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var b backlog
			if !b.begin(time.Second, 1000) || b.begin(2*time.Second, 1000) {
				t.Error("not exactly the first one began the backlog")
			}
			for _, l := range looks {
				if got := b.patience(time.Second+l.at, l.queued, enough, window); got != l.waiting {
					t.Errorf("after %v with %d octets: a sender may wait %v, want %v", l.at, l.queued, got, l.waiting)
				}
			}
			b.end()
			if !b.begin(time.Minute, 1000) {
				t.Error("a backlog that ended does not begin anew")
			}
		})
	}
}
