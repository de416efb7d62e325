package main

import (
	"slices"
	"sync/atomic"
	"time"
)

// measure counts what happens to done between the end of the warm-up and the
// end of the measurement.
func measure(s scenario, done *atomic.Int64) outcome {
	time.Sleep(s.Warmup)
	started()
	before, start := done.Load(), time.Now()
	time.Sleep(s.Measure)
	return outcome{Operations: int(done.Load() - before), Elapsed: time.Since(start)}
}

// measureLatency times single operations.
func measureLatency(s scenario, operation func() error) (outcome, error) {
	for end := time.Now().Add(s.Warmup); time.Now().Before(end); {
		if err := operation(); err != nil {
			return outcome{}, err
		}
	}
	started()
	var times []time.Duration
	start := time.Now()
	for end := start.Add(s.Measure); time.Now().Before(end); {
		begin := time.Now()
		if err := operation(); err != nil {
			return outcome{}, err
		}
		times = append(times, time.Since(begin))
	}
	elapsed := time.Since(start)
	slices.Sort(times)
	return outcome{Operations: len(times), Elapsed: elapsed, P50: times[len(times)/2], P99: times[len(times)*99/100]}, nil
}
