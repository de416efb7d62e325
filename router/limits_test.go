package router_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

func TestSessionsAreBounded(t *testing.T) {
	for name, row := range map[string]struct {
		config  router.Config
		reached string
	}{
		"router":   {router.Config{Limits: router.Limits{MaxSessions: 2}}, "sessions"},
		"realm":    {router.Config{Realms: []router.RealmConfig{{Name: "realm1", MaxSessions: 2}}}, "realm_sessions"},
		"listener": {router.Config{Limits: router.Limits{MaxSessionsPerListener: 2}}, "listener_sessions"},
		"address":  {router.Config{Limits: router.Limits{MaxSessionsPerAddress: 2}}, "address_sessions"},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, row.config, link{"tcp", wamp.CBOR})
			first, second, third := r.join(), r.join(), r.dial()
			third.say(`[1,"realm1",%s]`, everyRole)
			third.hear(`[3,"*","wamp.error.unavailable"]`)
			third.hearEnd()
			if got := r.Stats().LimitsReached[row.reached]; got != 1 {
				t.Errorf("counted %v", r.Stats().LimitsReached)
			}
			second.say(`[6,{},"wamp.close.normal"]`)
			second.hear(`[6,{},"*"]`)
			r.join()
			first.quiet()
		})
	}
}

func TestRefusedConnectionsAreCounted(t *testing.T) {
	r := start(t, router.Config{Limits: router.Limits{MaxConnections: 1}}, link{"tcp", wamp.CBOR})
	r.join()
	_, err := transport.Dial(t.Context(), "tcp://"+r.address, transport.DialOptions{})
	if err == nil || r.Stats().LimitsReached["connections"] != 1 {
		t.Errorf("%v, counted %v", err, r.Stats().LimitsReached)
	}
}

func TestUnixSocketsComeFromNoAddress(t *testing.T) {
	r := start(t, router.Config{Limits: router.Limits{MaxSessionsPerAddress: 1, MaxSessionsPerListener: 2}}, link{"pipe", wamp.CBOR})
	path := filepath.Join(t.TempDir(), "wamp.sock")
	listeners, err := router.Listen("unix://" + path)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- r.Serve(listeners[0]) }()
	t.Cleanup(func() {
		listeners[0].Close()
		<-served
	})
	for range 2 {
		r.dialURL("unix://"+path, wamp.CBOR).hello("realm1", everyRole)
	}
	third := r.dialURL("unix://"+path, wamp.CBOR)
	third.say(`[1,"realm1",%s]`, everyRole)
	third.hear(`[3,"*","wamp.error.unavailable"]`)
	r.join()
	r.join() // over a pipe, which is no listener
}

func TestASessionThatSendsTooFastIsHeldBack(t *testing.T) {
	for name, limits := range map[string]router.Limits{
		"messages": {MessageRate: 50, MessageBurst: 5},
		"octets":   {ByteRate: 20_000, ByteBurst: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, router.Config{Limits: limits}, link{"tcp", wamp.JSON})
			p, other := r.join(), r.join()
			other.subscribe(`{}`, "com.x")
			began := time.Now()
			const events = 30
			padding := strings.Repeat("x", 200)
			for i := range events {
				p.say(`[16,%d,{},"com.x",[%d,%q]]`, p.next(), i, padding)
			}
			for i := range events {
				other.hear(`[36,"*","*",{},[%d,%q]]`, i, padding)
			}
			if took := time.Since(began); took < 200*time.Millisecond {
				t.Errorf("%d events went through in %v", events, took)
			}
			if r.Stats().LimitsReached["rate"] == 0 {
				t.Error("nothing was counted")
			}
			p.say(`[16,%d,{},"com.x",[]]`, p.next())
			p.conn.Close() // and a session that is held back ends in time
		})
	}
}

func TestASessionThatSendsTooFastIsEndedIfConfigured(t *testing.T) {
	limits := router.Limits{MessageRate: 1, MessageBurst: 3, OnRate: router.AbortSession}
	r := start(t, router.Config{Limits: limits}, link{"ws", wamp.CBOR})
	p := r.join()
	for range 4 {
		p.say(`[16,%d,{},"com.x"]`, p.next())
	}
	p.hear(`[3,{"message":"*"},"wamp.error.unavailable"]`)
	p.hearEnd()
}

func TestAKillWakesASessionThatIsHeldBack(t *testing.T) {
	r := start(t, router.Config{Limits: router.Limits{ByteRate: 1, ByteBurst: 1000, GoodbyeTimeout: 50 * time.Millisecond}}, link{"tcp", wamp.CBOR})
	p := r.join()
	p.say(`[16,%d,{},"com.x",[%q]]`, p.next(), strings.Repeat("x", 5000)) // more than an hour
	for r.Stats().LimitsReached["rate"] == 0 {
		time.Sleep(time.Millisecond) // polls for what another goroutine counts
	}
	if n := r.EndSessions("realm1", nil, "", ""); n != 1 {
		t.Errorf("%d sessions were ended", n)
	}
	p.hear(`[6,{},"wamp.close.killed"]`)
	p.hearEnd()
}

func TestOptionsThatAreTooLongEndTheSession(t *testing.T) {
	onEachLink(t, router.Config{Limits: router.Limits{MaxOptions: 1000}}, func(t *testing.T, r *place) {
		p := r.join()
		p.publish("com.x", `,[`+jsonText(t, strings.Repeat("x", 2000))+`]`)
		p.say(`[16,%d,{"x":%q},"com.x"]`, p.next(), strings.Repeat("x", 1000))
		p.hearViolation()
		q := r.dial()
		q.say(`[1,"realm1",{"roles":{"caller":{}},"authextra":{"x":%q}}]`, strings.Repeat("x", 1000))
		q.hearViolation()
	})
}

func TestReachedLimitsAreCounted(t *testing.T) {
	r := start(t, router.Config{Limits: router.Limits{MaxCalls: 1, MaxRegistrations: 1, MaxSubscriptions: 1}}, link{"ws", wamp.JSON})
	p, callee := r.join(), r.join()
	callee.register(`{}`, "com.x")
	callee.refused(wamp.TypeRegister, "wamp.error.unavailable", `{},"com.y"`)
	p.subscribe(`{}`, "com.x")
	p.refused(wamp.TypeSubscribe, "wamp.error.unavailable", `{},"com.y"`)
	p.say(`[48,%d,{},"com.x"]`, p.next())
	callee.hear(`[68,1,"*",{}]`)
	p.refused(wamp.TypeCall, "wamp.error.unavailable", `{},"com.x"`)
	p.refused(wamp.TypeCall, "wamp.error.unavailable", `{},"wamp.session.count"`)
	for name, want := range map[string]uint64{"calls": 2, "registrations": 1, "subscriptions": 1, "rate": 0} {
		if got := r.Stats().LimitsReached[name]; got != want {
			t.Errorf("%s: %d", name, got)
		}
	}
}
