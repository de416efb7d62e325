package conformance

import (
	"math"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		want, got any
		fits      bool
	}{
		{1, int64(1), true}, {1, int64(2), false}, {1, 1.0, false}, {1.0, 1.0, true}, {1.0, int64(1), false}, {uint64(math.MaxUint64), uint64(math.MaxUint64), true},
		{uint64(math.MaxUint64), int64(-1), false}, {"a", "a", true}, {"a", []byte("a"), false}, {[]byte("a"), []byte("a"), true}, {[]byte("a"), "a", false},
		{nil, nil, true}, {nil, false, false}, {true, true, true}, {true, int64(1), false},
		{l{}, l{}, true}, {l{1}, l{int64(1)}, true}, {l{1}, l{}, false}, {l{1}, l{int64(1), int64(2)}, false}, {l{}, d{}, false}, {l{}, nil, false},
		{l{1, rest}, l{int64(1)}, true}, {l{1, rest}, l{int64(1), "x", nil}, true}, {l{1, rest}, l{}, false}, {l{rest}, l{}, true},
		{d{}, d{}, true}, {d{"a": 1}, d{"a": int64(1)}, true}, {d{"a": 1}, d{"a": int64(1), "b": nil}, false}, {d{"a": nil}, d{}, false}, {d{"a": l{1}}, d{"a": l{"1"}}, false},
		{containing(d{"a": 1}), d{"a": int64(1), "b": nil}, true}, {containing(d{"a": 1}), d{"b": nil}, false}, {containing(d{"a": nil}), d{}, false}, {containing(d{}), l{}, false},
		{oneOf(1, "x"), "x", true}, {oneOf(1, "x"), "y", false},
		{inAnyOrder(1, 2), l{int64(2), int64(1)}, true}, {inAnyOrder(1, 1), l{int64(1), int64(2)}, false}, {inAnyOrder(1), l{}, false}, {inAnyOrder[int](), l{}, true}, {inAnyOrder(1), nil, false},
		{anID, int64(1), true}, {anID, int64(0), false}, {anID, int64(1<<53 + 1), false}, {anID, 1.0, false}, {anID, "1", false},
		{aString, "", false}, {aTime, "2006-01-02T15:04:05.000Z", true}, {aTime, "yesterday", false}, {aTime, int64(0), false},
	} {
		if why := match(test.want, test.got); (why == "") != test.fits {
			t.Errorf("%s and %s: %q", written(test.want), written(test.got), why)
		}
	}
}

func TestMatchSaysWhereItDiffers(t *testing.T) {
	want := l{50, 1, d{}, l{"x", d{"a": l{1}}}}
	got := l{int64(50), int64(1), d{}, l{"x", d{"a": l{int64(2)}}}}
	if why := match(want, got); why != `[3]: [1]: "a": [0]: want 1, got 2` {
		t.Errorf("%s", why)
	}
}

func TestInspectRefusesWhatRoutersMustNotSend(t *testing.T) {
	for message, want := range map[string]string{
		`{}`:                        "no list",
		`[]`:                        "no list",
		`["2"]`:                     "W053",
		`[1,"realm1",{}]`:           "W053",
		`[70,1,{}]`:                 "W053",
		`[33,1]`:                    "W017",
		`[33,1,2,{}]`:               "W017",
		`[33,0,2]`:                  "W007",
		`[33,1,9007199254740993]`:   "W007",
		`[36,1,1,[]]`:               "want a dict",
		`[36,1,1,{},[]]`:            "W023",
		`[36,1,1,{},[1],{}]`:        "W023",
		`[36,1,1,{},{}]`:            "W017",
		`[36,1,1,{},[1],{"a":1},1]`: "W017",
		`[36,1,1,{"x-y":1}]`:        "W022",
		`[2,1,{"roles":{"broker":{"features":{"X":true}}}}]`: "W022",
		`[8,68,1,{},"a.b"]`:         "W084",
		`[8,48,1,{},""]`:            "want a URI",
		`[67,1,{"registration":1}]`: "want 0",
	} {
		if _, err := Inspect(wamp.JSON, []byte(message)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", message, err, want)
		}
	}
	for _, message := range []string{
		`[2,1,{"roles":{"broker":{"features":{"event_history":true}}}}]`, `[3,{"message":"x"},"a.b"]`, `[3,{},"a.b",[1]]`, `[4,"ticket",{}]`, `[6,{},"a.b"]`, `[8,48,1,{},"a.b",[],{"a":1}]`,
		`[17,1,2]`, `[33,1,2]`, `[35,1]`, `[35,0,{"subscription":1}]`, `[36,1,2,{"_mine":1},[1]]`, `[50,1,{}]`, `[65,1,2]`, `[67,1]`, `[68,1,2,{}]`, `[69,1,{"mode":"kill"}]`,
	} {
		if _, err := Inspect(wamp.JSON, []byte(message)); err != nil {
			t.Errorf("%s: %v", message, err)
		}
	}
	if _, err := Inspect(wamp.MsgPack, []byte("\x93\x21\xcc\x07\x01")); err == nil || !strings.Contains(err.Error(), "W031") {
		t.Errorf("[33, 7, 1] with a wide 7: %v", err)
	}
}

// A case fails where the router does not do what is expected, and says so with
// what came before.
func TestCasesFail(t *testing.T) {
	for what, test := range map[string]struct {
		test func(t *T)
		want string
	}{
		"another message":    {func(t *T) { p := t.Peer(); p.Send(32, 1, d{}, "com.a"); p.Expect(33, 2, anID) }, "[1]: want 2, got 1"},
		"a message too many": {func(t *T) { p := t.Peer(); p.Send(32, 1, d{}, "com.a"); p.ExpectNothing() }, "want nothing, got [33,1,"},
		"an event that is late": {func(t *T) {
			p, q := t.Peer(), t.Peer()
			p.Subscribe("com.a")
			q.Send(16, 1, d{}, "com.a")
			p.ExpectNothing()
		}, "want nothing, got [36,"},
		"no violation":         {func(t *T) { p := t.Peer(); p.Send(32, 1, d{}, "com.a"); p.ExpectViolation() }, "want [3,"},
		"the end":              {func(t *T) { p := t.Peer(); p.Send(99); p.Expect(33, 1, anID) }, "want [33,1,anID]"},
		"more after the end":   {func(t *T) { p := t.Peer(); p.Send(99); p.ExpectEnd() }, "want the end of the connection, got [3,"},
		"one of several":       {func(t *T) { t.Together(func() { t.Fatalf("this one") }, func() {}); t.Errorf("not reached") }, "this one"},
		"a refused connection": {func(t *T) { t.Connect(func(e *entry) { e.link, e.subprotocol = webJSON[0], "x" }) }, "the router refused x with 400"},
	} {
		for _, link := range []Link{webJSON[0], rawCBOR[0]} {
			c := &Case{ID: "W000", Test: test.test}
			outcome, account := c.runOn(t, link, nil)
			if outcome.Verdict != Fails || !strings.Contains(account, test.want) || strings.Contains(account, "not reached") {
				t.Errorf("%s: %v\n%s", what, outcome, account)
			}
			if !strings.Contains(account, "suite_test.go:") {
				t.Errorf("%s: it is not said where:\n%s", what, account)
			}
		}
	}
}

func TestPlannedCasesWaitForTheirFeature(t *testing.T) {
	ran := false
	c := &Case{ID: "W000", Needs: announced("dealer.call_canceling", "dealer.time_travel"), Test: func(*T) { ran = true }}
	outcome, account := c.runOn(t, webJSON[0], nil)
	if ran || outcome.Verdict != Planned || !strings.Contains(outcome.Why, "dealer.time_travel") || account != "" {
		t.Errorf("%v, ran: %v\n%s", outcome, ran, account)
	}
}

func TestDocumentsMayLagBehindButNotClaimMore(t *testing.T) {
	report := &Report{outcomes: map[string]Outcome{"W001": {Verdict: Passes}, "W002": {Planned, "of x"}, "W003": {Fails, ""}}, features: map[string]bool{}}
	honest := Document(report)
	if over, sound := report.Overclaims(honest); len(over) != 0 || !sound {
		t.Errorf("the document itself: %v, %v", over, sound)
	}
	lagging := &Report{outcomes: map[string]Outcome{"W001": {Planned, "of x"}, "W002": {Planned, "of y"}, "W003": {Fails, ""}}, features: map[string]bool{}}
	if over, sound := report.Overclaims(Document(lagging)); len(over) != 0 || !sound {
		t.Errorf("one that lags behind: %v, %v", over, sound)
	}
	boasting := &Report{outcomes: map[string]Outcome{"W001": {Verdict: Passes}, "W002": {Verdict: Passes}, "W003": {Verdict: Passes}}, features: map[string]bool{}}
	if over, sound := report.Overclaims(Document(boasting)); strings.Join(over, " ") != "W002 W003" || !sound {
		t.Errorf("one that claims more: %v, %v", over, sound)
	}
	if _, sound := report.Overclaims(strings.Replace(honest, "A component of a URI", "No component of a URI", 1)); sound {
		t.Error("another rule goes unnoticed")
	}
}

func TestDocumentsTellWhatIsAnnounced(t *testing.T) {
	report := &Report{outcomes: map[string]Outcome{}, features: map[string]bool{"dealer.call_timeout": true, "broker.event_history": false}}
	honest := Document(report)
	if got := report.Misannounced(honest); len(got) != 0 {
		t.Errorf("the document itself: %q", got)
	}
	report.features["dealer.call_reroute"], report.features["broker.event_history"], report.features["dealer.time_travel"] = true, true, true
	if got := report.Misannounced(honest); strings.Join(got, ", ") != "Call Rerouting, Event History, dealer.time_travel" {
		t.Errorf("%q", got)
	}
}
