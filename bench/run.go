package main

import (
	"slices"
	"time"
)

// sample is one run of one scenario.
type sample struct {
	outcome
	router usage // what the router used during the measurement
}

// runScenario starts the processes of a scenario, measures, and ends them.
func runScenario(s scenario) (sample, error) {
	var result sample
	router, err := startChild(assignment{Role: "router", Scenario: s})
	if err != nil {
		return result, err
	}
	defer router.stop()
	addr, err := router.awaitReady()
	if err != nil {
		return result, err
	}
	if s.Kind == rpc || s.Kind == latency {
		callee, err := startChild(assignment{Role: "callee", Addr: addr, Scenario: s})
		if err != nil {
			return result, err
		}
		defer callee.stop()
		if _, err := callee.awaitReady(); err != nil {
			return result, err
		}
	}
	empty, err := router.usage()
	if err != nil {
		return result, err
	}
	driver, err := startChild(assignment{Role: "driver", Addr: addr, Scenario: s})
	if err != nil {
		return result, err
	}
	defer driver.stop()
	if _, err := driver.line(); err != nil { // started
		return result, err
	}
	before, err := router.usage()
	if err != nil {
		return result, err
	}
	if err := driver.decode(&result.outcome); err != nil {
		return result, err
	}
	after, err := router.usage()
	result.router = after.since(before)
	if s.Kind == idle {
		result.router.RSS = after.RSS - empty.RSS
	}
	return result, err
}

// cell is what one stack achieved in one row: medians over the rounds.
type cell struct {
	Stack      stack         `json:"stack"`
	PerSecond  float64       `json:"perSecond"`
	P50        time.Duration `json:"p50Nanoseconds,omitempty"`
	P99        time.Duration `json:"p99Nanoseconds,omitempty"`
	Ratio      float64       `json:"ratioToFloor"`               // of the same round: throughput, or latency p50
	CPUSeconds float64       `json:"routerCPUSecondsPerMillion"` // per million operations
	Allocs     float64       `json:"routerAllocsPerOperation"`
	Lost       int           `json:"lost,omitempty"`                   // events, kind burst: the worst round
	Memory     int64         `json:"routerOctetsPerSession,omitempty"` // resident, kind idle
}

// runRow runs one row on every stack in turn, for the given number of rounds.
func runRow(row scenario, rounds int, each func(scenario)) ([]cell, error) {
	samples := map[stack][]sample{}
	for range rounds {
		for _, stack := range row.on() {
			s := row
			s.Stack = stack
			each(s)
			one, err := runScenario(s)
			if err != nil {
				return nil, err
			}
			samples[stack] = append(samples[stack], one)
		}
	}
	cells := make([]cell, 0, len(row.on()))
	for _, stack := range row.on() {
		c := summarise(stack, samples[stack], samples[stack.floor()])
		for _, run := range samples[stack] {
			switch row.Kind {
			case burst:
				c.Lost = max(c.Lost, row.Events-run.Operations)
			case idle:
				c.Memory = max(c.Memory, run.router.RSS/int64(run.Operations))
			}
		}
		cells = append(cells, c)
	}
	return cells, nil
}

func summarise(of stack, runs, floor []sample) cell {
	over := func(figure func(i int, run sample) float64) float64 {
		values := make([]float64, len(runs))
		for i, run := range runs {
			values[i] = figure(i, run)
		}
		return median(values)
	}
	return cell{
		Stack:     of,
		PerSecond: over(func(_ int, run sample) float64 { return run.perSecond() }),
		P50:       time.Duration(over(func(_ int, run sample) float64 { return float64(run.P50) })),
		P99:       time.Duration(over(func(_ int, run sample) float64 { return float64(run.P99) })),
		Ratio: over(func(i int, run sample) float64 {
			if run.P50 > 0 {
				return float64(run.P50) / float64(floor[i].P50)
			}
			if len(floor) == 0 {
				return 0
			}
			return run.perSecond() / floor[i].perSecond()
		}),
		CPUSeconds: over(func(_ int, run sample) float64 { return run.router.CPU.Seconds() / float64(run.Operations) * 1e6 }),
		Allocs:     over(func(_ int, run sample) float64 { return float64(run.router.Mallocs) / float64(run.Operations) }),
	}
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
