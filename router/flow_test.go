package router_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// narrow is a router whose queues are soon full, over pipes, which have no
// buffers beside them.
func narrow(t *testing.T, change func(*router.Limits)) *place {
	t.Helper()
	limits := router.Limits{OutboundQueue: 16 << 10, StallTimeout: patience}
	if change != nil {
		change(&limits)
	}
	return start(t, router.Config{Limits: limits}, link{"pipe", wamp.JSON})
}

// filler is a kilobyte of payload.
var filler = `,["` + strings.Repeat("x", 1000) + `"]`

func TestW101_ASlowSubscriberHoldsThePublisherBack(t *testing.T) {
	r := narrow(t, nil)
	subscriber, publisher := r.join(), r.join()
	subscriber.subscribe(`{}`, "com.topic")
	const events = 500 // 30 times what the queue holds
	published := make(chan struct{})
	go func() {
		defer close(published)
		for i := range events {
			publisher.say(`[16,%d,{},"com.topic",[%d,%q]]`, i+1, i, filler)
			if i%8 == 0 { // lest the pipe to the router, which nobody waits for, is full
				publisher.say(`[34,%d,1]`, i+1)
				publisher.hear(`[8,34,"*",{},"wamp.error.no_such_subscription","*"]`)
			}
		}
	}()
	for i := range events {
		subscriber.hear(`[36,"*","*",{},[%d,"*"]]`, i)
	}
	<-published
	subscriber.quiet()
	if got := r.Stats(); got.EventsDropped != 0 || got.Stalled != 0 {
		t.Errorf("%+v", got)
	}
}

func TestW101_EventsForAStalledSubscriberAreDroppedAndCounted(t *testing.T) {
	r := narrow(t, func(l *router.Limits) { l.StallTimeout = 10 * time.Millisecond })
	stalled, healthy, publisher := r.join(), r.join(), r.join()
	stalled.subscribe(`{"match":"prefix"}`, "com")
	healthy.subscribe(`{}`, "com.topic")
	const events = 100
	for i := range events {
		publisher.publish("com.topic", fmt.Sprintf(`,[%d,%q]`, i, filler))
		healthy.hear(`[36,"*","*",{},[%d,"*"]]`, i)
	}
	stats := r.Stats()
	if stats.EventsDropped == 0 || stats.Stalled != 0 {
		t.Errorf("%+v", stats)
	}
	if got := stats.EventsDroppedByTopic["com.topic"]; got != stats.EventsDropped {
		t.Errorf("%d of %d dropped events are counted under their topic's root", got, stats.EventsDropped)
	}
	publisher.say(`[48,%d,{},"wamp.session.get",[%d]]`, publisher.next(), stalled.id)
	details := publisher.hear(`[50,"*",{},["*"]]`)
	if want := fmt.Sprintf(`_events_dropped:%d`, stats.EventsDropped); !strings.Contains(fmt.Sprint(details.items), want) {
		t.Errorf("wamp.session.get does not tell %s: %v", want, details.items)
	}
	if stats.Waits != 1 {
		t.Errorf("senders waited %d times for a session that took nothing, want once", stats.Waits)
	}

	// What was queued arrives in order, and after that new events do.
	for i := range events - int(stats.EventsDropped) {
		stalled.hear(`[36,"*","*",{"topic":"com.topic"},[%d,"*"]]`, i)
	}
	publisher.publish("com.topic", `,["again"]`)
	stalled.hear(`[36,"*","*",{"topic":"com.topic"},["again"]]`)
	stalled.quiet()
}

func TestASessionThatIsStalledIsEndedIfConfigured(t *testing.T) {
	r := narrow(t, func(l *router.Limits) {
		l.StallTimeout = 10 * time.Millisecond
		l.OnFullQueue = router.CloseSession
	})
	stalled, healthy, publisher := r.join(), r.join(), r.join()
	stalled.subscribe(`{}`, "com.topic")
	healthy.subscribe(`{}`, "com.topic")
	stalled.register(`{}`, "com.procedure")
	for i := range 100 {
		publisher.publish("com.topic", fmt.Sprintf(`,[%d,%q]`, i, filler))
		healthy.hear(`[36,"*","*",{},[%d,"*"]]`, i)
	}
	var last heard
	for {
		m, err := stalled.receive()
		if err != nil {
			break
		}
		last = m
	}
	if !matches(t, `[3,{"message":"*"},"wamp.error.network_failure"]`, last.items) {
		t.Errorf("the last message was %s", last.text)
	}
	awaitStats(t, r, func(s router.Stats) bool { return s.Stalled == 1 && s.Sessions == 2 })
	healthy.register(`{}`, "com.procedure")
}

func TestResultsAreNotDroppedButTheCallerIsEnded(t *testing.T) {
	r := narrow(t, func(l *router.Limits) { l.StallTimeout = 10 * time.Millisecond })
	callee, caller, other := r.join(), r.join(), r.join()
	callee.register(`{}`, "com.large")
	const calls = 50
	for i := range calls {
		caller.say(`[48,%d,{},"com.large"]`, i+1)
		callee.hear(`[68,%d,"*",{}]`, i+1)
	}
	for i := range calls {
		callee.say(`[70,%d,{}%s]`, i+1, filler)
	}
	other.say(`[48,1,{},"com.large"]`) // the callee is not held up
	callee.hear(`[68,%d,"*",{}]`, calls+1)
	callee.say(`[70,%d,{}]`, calls+1)
	other.hear(`[50,1,{}]`)
	awaitStats(t, r, func(s router.Stats) bool { return s.Stalled == 1 && s.Sessions == 2 })
	for want := 1; ; want++ {
		m, err := caller.receive()
		if err != nil {
			t.Fatalf("no ABORT: %v", err)
		}
		if m.items[0] == int64(3) {
			break
		}
		if m.id(1) != wamp.ID(want) {
			t.Fatalf("result %s, want %d: none may be missing before the end", m.text, want)
		}
	}
}

func TestW234_ACalleeThatIsStalledIsEnded(t *testing.T) {
	r := narrow(t, func(l *router.Limits) { l.StallTimeout = 10 * time.Millisecond })
	callee, caller := r.join(), r.join()
	callee.register(`{}`, "com.procedure")
	failed := 0
	const calls = 50
	for i := range calls {
		caller.say(`[48,%d,{},"com.procedure"%s]`, i+1, filler)
	}
	answers := make(map[wamp.ID]string)
	for range calls {
		m := caller.hear(`[8,48,"*",{},"*","*"]`)
		if answers[m.id(2)] != "" {
			t.Errorf("second answer: %s", m.text)
		}
		answers[m.id(2)] = m.text
		if m.items[4] == string(wamp.ErrNetworkFailure) {
			failed++
		}
	}
	if failed == 0 || len(answers) != calls {
		t.Errorf("%d calls answered, %d with network_failure: want %d and at least 1", len(answers), failed, calls)
	}
	caller.quiet()
}

func TestAcknowledgementsAreNotDroppedButTheSessionIsEnded(t *testing.T) {
	for _, request := range []string{`[34,%d,1]`, `[32,%[1]d,{},"com.topic%[1]d"]`, `[64,%[1]d,{},"com.procedure%[1]d"]`, `[16,%d,{"acknowledge":true},"com.topic"]`} {
		t.Run(request, func(t *testing.T) {
			r := narrow(t, func(l *router.Limits) { l.StallTimeout = 10 * time.Millisecond })
			flood := r.join()
			for i := range 5000 {
				frame := transcode(t, wamp.JSON, fmt.Sprintf(request, i+1))
				err := flood.conn.SendFrame(frame)
				for errors.Is(err, transport.ErrQueueFull) && flood.conn.AwaitRoom(patience) {
					err = flood.conn.SendFrame(frame)
				}
				if err != nil {
					break // the router has ended the session
				}
				flood.conn.Flush()
			}
			awaitStats(t, r, func(s router.Stats) bool { return s.Stalled == 1 && s.Sessions == 0 })
		})
	}
}

func TestAcknowledgementsWaitForTheirSession(t *testing.T) {
	const requests = 3000
	for _, request := range []string{`[32,%[1]d,{},"com.topic%[1]d"]`, `[64,%[1]d,{},"com.procedure%[1]d"]`} {
		t.Run(request, func(t *testing.T) {
			r := narrow(t, nil)
			p := r.join()
			said := make(chan struct{})
			go func() {
				defer close(said)
				for i := range requests {
					p.say(request, i+1)
				}
			}()
			awaitStats(t, r, func(s router.Stats) bool { return s.Waits > 0 })
			for i := range requests {
				p.hear(`["*",%d,"*"]`, i+1)
			}
			<-said
			p.quiet()
		})
	}
}

func TestALargeMessageGetsThroughAQueueInUse(t *testing.T) {
	r := narrow(t, func(l *router.Limits) { l.MaxMessage = 64 << 10 })
	subscriber, publisher := r.join(), r.join()
	subscriber.subscribe(`{}`, "com.topic")
	for range 10 {
		publisher.publish("com.topic", filler)
	}
	large := strings.Repeat("x", 40<<10)
	publisher.say(`[16,%d,{"acknowledge":true},"com.topic",[%q]]`, publisher.next(), large)
	for range 10 {
		subscriber.hear(`[36,"*","*",{}%s]`, filler)
	}
	subscriber.hear(`[36,"*","*",{},[%q]]`, large)
	publisher.hear(`[17,%d,"*"]`, publisher.last)
}

// awaitStats waits until the router's counters are as wanted.
func awaitStats(t *testing.T, r *place, ok func(router.Stats) bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !ok(r.Stats()) {
		if time.Now().After(deadline) {
			t.Fatalf("%+v", r.Stats())
		}
		runtime.Gosched()
	}
}

// dialSmall connects over RawSocket as a client that takes messages of at most
// max octets.
func (r *place) dialSmall(f wamp.Format, max int) *peer {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := transport.Dial(ctx, "tcp://"+r.address, transport.DialOptions{
		Formats: []wamp.Format{f}, Config: transport.Config{MaxMessage: max},
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	return &peer{t: r.t, conn: conn}
}

func TestW218_W233_MessagesTooLargeForTheirReceiver(t *testing.T) {
	for _, f := range wamp.Formats() {
		t.Run(f.String(), func(t *testing.T) {
			r := start(t, router.Config{}, link{"tcp", f})
			small := r.dialSmall(f, 512).hello("realm1", everyRole)
			large := r.join()

			small.subscribe(`{}`, "com.topic")
			large.publish("com.topic", filler)
			large.publish("com.topic", `,["fits"]`)
			small.hear(`[36,"*","*",{},["fits"]]`)
			if got := r.Stats().EventsUndeliverable; got != 1 {
				t.Errorf("%d events were counted as undeliverable, want 1", got)
			}

			large.register(`{}`, "com.large")
			small.say(`[48,%d,{},"com.large"]`, small.next())
			large.hear(`[68,1,"*",{}]`)
			large.say(`[70,1,{}%s]`, filler)
			small.hear(`[8,48,%d,{},"wamp.error.payload_size_exceeded",["*"]]`, small.last)
			small.say(`[48,%d,{},"com.large"]`, small.next())
			large.hear(`[68,2,"*",{}]`)
			large.say(`[8,68,2,{},"com.error"%s]`, filler)
			small.hear(`[8,48,%d,{},"wamp.error.payload_size_exceeded",["*"]]`, small.last)

			small.register(`{}`, "com.small")
			large.refused(wamp.TypeCall, wamp.ErrPayloadSizeExceeded, `{},"com.small"%s`, filler)
			large.say(`[48,%d,{},"com.small"]`, large.next())
			small.hear(`[68,1,"*",{}]`) // the refused call has taken no id
			small.say(`[70,1,{}]`)
			large.hear(`[50,%d,{}]`, large.last)
			small.quiet()
			large.quiet()
		})
	}
}

func TestValuesThatAReceiversSerializerCannotCarry(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	cborPeer, jsonPeer := r.joinBy(link{"tcp", wamp.CBOR}), r.join()
	nan := []byte{0xf9, 0x7e, 0x00}

	jsonPeer.subscribe(`{}`, "com.topic")
	jsonPeer.register(`{}`, "com.procedure")
	// [16, 1, {"acknowledge": true}, "com.topic", [NaN]]
	publish := append([]byte{0x85, 0x10, 0x01, 0xa1, 0x6b}, "acknowledge\xf5\x69com.topic\x81"...)
	cborPeer.sayOctets(append(publish, nan...))
	cborPeer.hear(`[17,1,"*"]`)
	jsonPeer.quiet()
	if got := r.Stats().EventsUndeliverable; got != 1 {
		t.Errorf("%d events were counted as undeliverable, want 1", got)
	}
	// [48, 2, {}, "com.procedure", [NaN]]
	call := append([]byte{0x85, 0x18, 48, 0x02, 0xa0, 0x6d}, "com.procedure\x81"...)
	cborPeer.sayOctets(append(call, nan...))
	cborPeer.hear(`[8,48,2,{},"wamp.error.invalid_argument",["*"]]`)
	jsonPeer.quiet()
}

func TestManyStalledSessionsHoldASenderBackNoLongerThanOne(t *testing.T) {
	const crowd, stall = 50, 200 * time.Millisecond
	r := narrow(t, func(l *router.Limits) { l.StallTimeout = stall })
	publisher, callee := r.join(), r.joinWith(cancelable)
	callee.register(`{}`, "com.slow")
	stalled := make([]*peer, crowd)
	for i := range stalled {
		stalled[i] = r.join()
		stalled[i].subscribe(`{}`, "com.topic")
		stalled[i].say(`[48,1,{},"com.slow"]`)
		callee.hear(`[68,"*","*",{}]`)
	}
	began := time.Now()
	for range 20 {
		publisher.publish("com.topic", filler)
	}
	if took := time.Since(began); took < stall || took > crowd*stall/4 {
		t.Errorf("publishing took %v with a stall timeout of %v and %d stalled sessions", took, stall, crowd)
	}
	// All of them are owed an answer for which they have no room, so they are ended.
	for i := range stalled {
		callee.say(`[70,%d,{}%s]`, i+1, filler)
	}
	awaitStats(t, r, func(s router.Stats) bool { return s.Stalled == crowd && s.Sessions == 2 })
}

func TestAWelcomeTooLargeForItsReceiver(t *testing.T) {
	hello := `{"authmethods":["padded"],"authextra":{"size":%d},` + everyRole[1:]
	config := router.Config{Realms: []router.RealmConfig{{Name: "realm1", Authenticators: []router.Authenticator{padded{}}}}}
	r := start(t, config, link{"tcp", wamp.CBOR})

	lean := r.dialSmall(wamp.CBOR, 512)
	lean.say(`[1,"realm1",`+hello+`]`, 200)
	roles, _ := lean.hear(`[2,"*","*"]`).dict(2)["roles"].(wamp.Dict)
	if len(roles) != 2 {
		t.Errorf("a short WELCOME names the roles %v", roles)
	}
	lean.quiet()

	refused := r.dialSmall(wamp.CBOR, 512)
	refused.say(`[1,"realm1",`+hello+`]`, 600)
	refused.hear(`[3,{"message":"*"},"wamp.error.payload_size_exceeded"]`)
	refused.hearEnd()
}

// padded lets everybody in and tells them as much as they ask for.
type padded struct{}

func (padded) Method() string { return "padded" }

func (padded) Authenticate(_ context.Context, a *router.Attempt) (router.Identity, error) {
	size, _ := a.Extra["size"].(int64)
	return router.Identity{AuthID: "x", Role: "x", Extra: wamp.Dict{"padding": strings.Repeat("x", int(size))}}, nil
}
