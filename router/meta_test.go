package router_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

func TestWrongArgumentsOfRouterProcedures(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		id := p.subscribe(`{}`, "com.topic")
		for _, test := range []struct{ procedure, arguments, wanted string }{
			{"wamp.session.count", `,["user"]`, "filter_authroles"},
			{"wamp.session.count", `,[{"user":true}]`, "filter_authroles"},
			{"wamp.session.list", `,[["user",5]]`, "filter_authroles"},
			{"wamp.session.list", `,[["user"],["admin"]]`, "positional"},
			{"wamp.session.get", ``, "session"},
			{"wamp.session.get", `,[]`, "session"},
			{"wamp.session.get", `,[],{"session":5}`, "session"},
			{"wamp.session.get", `,["5"]`, "session"},
			{"wamp.session.get", `,[5.5]`, "session"},
			{"wamp.session.get", `,[true]`, "session"},
			{"wamp.session.get", `,[null]`, "session"},
			{"wamp.session.get", `,[[5]]`, "session"},
			{"wamp.session.get", `,[5,6]`, "positional"},
			{"wamp.session.kill", ``, "session"},
			{"wamp.session.kill_by_authid", `,[5]`, "authid"},
			{"wamp.session.kill_by_authrole", ``, "authrole"},
			{"wamp.session.kill_all", `,[5]`, "positional"},
			{"wamp.registration.list", `,["exact"]`, "positional"},
			{"wamp.registration.lookup", ``, "procedure"},
			{"wamp.registration.lookup", `,["a",5]`, "options"},
			{"wamp.registration.lookup", `,["a",{"match":"regexp"}]`, "match"},
			{"wamp.registration.lookup", `,["a",{"match":5}]`, "match"},
			{"wamp.registration.match", `,[5]`, "procedure"},
			{"wamp.registration.get", `,["x"]`, "registration"},
			{"wamp.registration.remove_callee", `,[5]`, "callee"},
			{"wamp.subscription.lookup", `,[["a"]]`, "topic"},
			{"wamp.subscription.match", ``, "topic"},
			{"wamp.subscription.count_subscribers", `,["x"]`, "subscription"},
			{"wamp.subscription.remove_subscriber", fmt.Sprintf(`,[%d]`, id), "subscriber"},
		} {
			request := p.next()
			p.say(`[48,%d,{},%q%s]`, request, test.procedure, test.arguments)
			refusal := p.hear(`[8,48,%d,{},"wamp.error.invalid_argument",["*"]]`, request)
			message, _ := refusal.items[5].([]any)[0].(string)
			if !strings.Contains(message, test.procedure) || !strings.Contains(message, test.wanted) {
				t.Errorf("%s%s: %q does not name %s", test.procedure, test.arguments, message, test.wanted)
			}
		}
	})
}

func TestIDsMayComeAsFloats(t *testing.T) {
	for _, f := range wamp.Formats() {
		t.Run(f.String(), func(t *testing.T) {
			p := start(t, router.Config{}, link{"tcp", f}).join()
			ask := func(id float64) *wamp.Call {
				payload, err := codec.EncodePayload(f, []any{id}, nil)
				if err != nil {
					t.Fatal(err)
				}
				return &wamp.Call{Request: p.next(), Procedure: "wamp.session.get", Payload: payload}
			}
			p.send(ask(float64(p.id)))
			got := p.hear(`[50,%d,{},["*"]]`, p.last)
			if id := got.items[3].([]any)[0].(wamp.Dict)["session"]; id != int64(p.id) {
				t.Errorf("got session %v, want %d", id, p.id)
			}
			for _, id := range []float64{0, -1, 1 << 54, 1e300} {
				p.send(ask(id))
				p.hear(`[8,48,%d,{},"wamp.error.no_such_session",["*"]]`, p.last)
			}
			unrepresentable := []float64{0.5, float64(wamp.MaxID)/2 + 0.5}
			if f != wamp.JSON {
				unrepresentable = append(unrepresentable, math.NaN(), math.Inf(1), math.Inf(-1))
			}
			for _, id := range unrepresentable {
				p.send(ask(id))
				p.hear(`[8,48,%d,{},"*",["*"]]`, p.last)
			}
		})
	}
}

// send sends a message as it is.
func (p *peer) send(m wamp.Message) {
	p.t.Helper()
	if err := p.conn.Send(m); err != nil {
		p.t.Fatal(err)
	}
	p.conn.Flush()
}

func TestRouterProceduresTakeNoMoreThanTheyCanDigest(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		p.fails(wamp.ErrInvalidArgument, "wamp.session.count", `,[[`+strings.Repeat(`"user",`, 20_000)+`"user"]]`)
		p.fails(wamp.ErrInvalidArgument, "wamp.session.count", `,[],{"k":"`+strings.Repeat("x", 70_000)+`"}`)
		p.answers(`,[0]`, "wamp.session.count", `,[[`+strings.Repeat(`"user",`, 1000)+`"user"]]`)
	})
}

func TestAnAnswerOfTheRouterThatIsTooLargeForItsCaller(t *testing.T) {
	r := start(t, router.Config{}, link{"tcp", wamp.JSON})
	p := r.dialSmall(wamp.JSON, 512)
	p.hello("realm1", everyRole)
	for range 100 {
		r.join()
	}
	p.answers(`,[101]`, "wamp.session.count", ``)
	p.say(`[48,%d,{},"wamp.session.list"]`, p.next())
	p.hear(`[8,48,%d,{},"wamp.error.payload_size_exceeded",["*"]]`, p.last)
	p.quiet()
}

func TestW006_NobodyShadowsTheProceduresOfTheRouter(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		thief, p := r.join(), r.join()
		thief.register(`{"match":"prefix"}`, "")
		thief.register(`{"match":"prefix"}`, "wam")
		thief.register(`{"match":"wildcard"}`, "..")
		thief.register(`{"match":"wildcard"}`, ".session.count")
		p.answers(`,[2]`, "wamp.session.count", ``)
		p.fails(wamp.ErrNoSuchProcedure, "wamp.session.unheard_of", ``)
		p.fails(wamp.ErrNoSuchProcedure, "wamp.session", ``)
		thief.quiet()
	})
}

func TestARouterProcedureIsNoAnswerToAnotherCall(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	callee, caller := r.join(), r.join()
	callee.register(`{}`, "com.procedure")
	caller.say(`[48,7,{},"com.procedure"]`)
	callee.hear(`[68,1,"*",{}]`)
	caller.say(`[48,7,{},"wamp.session.count"]`)
	caller.hearViolation()
}

// BenchmarkSubscribe is SUBSCRIBE and UNSUBSCRIBE, without and with somebody who
// watches.
func BenchmarkSubscribe(b *testing.B) {
	b.Run("unwatched", func(b *testing.B) { benchmarkSubscribe(b, false) })
	b.Run("watched", func(b *testing.B) { benchmarkSubscribe(b, true) })
}

func benchmarkSubscribe(b *testing.B, watched bool) {
	r := benchRouter(b)
	p, watcher := newBenchPeer(b, r, wamp.CBOR), newBenchPeer(b, r, wamp.CBOR)
	heard := make(chan struct{})
	if watched {
		watcher.send(&wamp.Subscribe{Request: 1, Topic: "wamp.subscription.", Options: wamp.SubscribeOptions{Match: "prefix"}})
		watcher.receive()
	}
	go func() {
		defer close(heard)
		for {
			if _, err := watcher.conn.Receive(); err != nil {
				return
			}
		}
	}()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p.send(&wamp.Subscribe{Request: wamp.ID(2*i + 1), Topic: "com.bench.topic"})
		id := p.receive().(*wamp.Subscribed).Subscription
		p.send(&wamp.Unsubscribe{Request: wamp.ID(2*i + 2), Subscription: id})
		p.receive()
	}
	b.StopTimer()
	p.conn.Close()
	watcher.conn.Close()
	<-heard
}
