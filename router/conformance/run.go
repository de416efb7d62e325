package conformance

import (
	"sync"
	"testing"
)

// Options say how the suite is run.
type Options struct {
	// Everything runs every case on every link on which it can.
	Everything bool
}

// Verdict is what came out of a case.
type Verdict string

// The verdicts.
const (
	Passes        Verdict = "passes"
	Fails         Verdict = "fails"
	Planned       Verdict = "planned"
	NotApplicable Verdict = "not applicable"
)

// Outcome is a verdict with its reason, which is empty for Passes.
type Outcome struct {
	Verdict Verdict
	Why     string
}

// Report is what came out of a run.
type Report struct {
	mu       sync.Mutex // guards the fields below
	outcomes map[string]Outcome
	// features are those that WELCOME announced, such as "dealer.call_timeout";
	// the value is true if a router that nothing was configured for did.
	features map[string]bool
}

// How a feature was announced.
type announcement byte

const (
	notAnnounced announcement = iota
	announcedIfConfigured
	alwaysAnnounced
)

// announcedAs is how all of some features were announced.
func (r *Report) announcedAs(features []string) announcement {
	r.mu.Lock()
	defer r.mu.Unlock()
	how := alwaysAnnounced
	for _, f := range features {
		switch byDefault, ever := r.features[f]; {
		case !ever:
			return notAnnounced
		case !byDefault:
			how = announcedIfConfigured
		}
	}
	return how
}

// noteWelcome remembers what a WELCOME announced.
func (r *Report) noteWelcome(details d, byDefault bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, role := range []string{"broker", "dealer"} {
		features, _ := dig(details, "roles", role, "features").(d)
		for name := range features {
			r.features[role+"."+name] = r.features[role+"."+name] || byDefault
		}
	}
}

// Of is the outcome of a case; false if it did not run.
func (r *Report) Of(id string) (Outcome, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o, ran := r.outcomes[id]
	return o, ran
}

// Complete reports whether every case has an outcome.
func (r *Report) Complete() bool {
	for _, chapter := range Chapters() {
		for i := range chapter.Cases {
			if _, ran := r.Of(chapter.Cases[i].ID); !ran {
				return false
			}
		}
	}
	return true
}

// note adds an outcome of one link. The worst one stands for the case.
func (r *Report) note(id string, o Outcome) {
	rank := map[Verdict]int{Passes: 0, NotApplicable: 1, Planned: 2, Fails: 3}
	r.mu.Lock()
	defer r.mu.Unlock()
	if before, ran := r.outcomes[id]; !ran || rank[o.Verdict] > rank[before.Verdict] {
		r.outcomes[id] = o
	}
}

// Run runs the cases in parallel, as subtests of t that are named for the
// requirement and the link. The report is complete when t's subtests have
// ended, that is, in a t.Cleanup.
func Run(t *testing.T, o Options) *Report {
	report := &Report{outcomes: make(map[string]Outcome), features: make(map[string]bool)}
	for _, chapter := range Chapters() {
		for i := range chapter.Cases {
			c := &chapter.Cases[i]
			t.Run(c.ID, func(t *testing.T) {
				t.Parallel()
				c.run(t, o, report)
			})
		}
	}
	return report
}

func (c *Case) run(t *testing.T, o Options, report *Report) {
	switch {
	case c.Elsewhere != "":
		report.note(c.ID, Outcome{NotApplicable, c.Elsewhere})
		t.Skip("not applicable: " + c.Elsewhere)
	case c.Later != "":
		report.note(c.ID, Outcome{Planned, c.Later})
		t.Skip("planned: " + c.Later)
	}
	for _, link := range c.links(o.Everything) {
		t.Run(link.String(), func(t *testing.T) {
			t.Parallel()
			outcome, account := c.runOn(t, link, report)
			report.note(c.ID, outcome)
			switch {
			case outcome.Verdict == Planned:
				t.Skip("planned: " + outcome.Why)
			case outcome.Verdict == Fails && c.Broken != "":
				t.Skipf("known to fail: %s\n%s", c.Broken, account)
			case outcome.Verdict == Fails:
				t.Errorf("%s: %s\n%s", c.ID, c.Rule, account)
			case c.Broken != "":
				t.Log("passes now, so that Case.Broken can go")
			}
		})
	}
}

// runOn runs the case on one link. The account says what was said and heard
// before the case failed.
func (c *Case) runOn(tb testing.TB, link Link, report *Report) (outcome Outcome, account string) {
	t := newT(tb, c, link)
	t.report = report
	outcome.Verdict = Passes
	t.do(func() {
		if c.Needs.Met != nil && !c.Needs.Met(t) {
			outcome = Outcome{Planned, "the router does not offer " + c.Needs.What + " yet"}
			return
		}
		c.Test(t)
	})
	t.do(t.end)
	if failures := t.account(); failures != "" {
		return Outcome{Fails, c.Broken}, failures
	}
	return outcome, ""
}
