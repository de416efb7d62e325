package router_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

func TestW040_HelloComesFirst(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		for _, first := range []string{
			`[32,1,{},"com.topic"]`,
			`[6,{},"wamp.close.close_realm"]`,
			`[8,68,1,{},"com.error"]`,
			`[70,1,{}]`,
			`[48,1,{},"com.procedure"]`,
			`[5,"secret",{}]`, // W057: AUTHENTICATE before CHALLENGE
			`[2,1,{"roles":{}}]`,
			`[99]`,
		} {
			p := r.dial()
			p.say("%s", first)
			p.hearViolation()
		}
	})
}

func TestW041_W042_W061_Welcome(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.dial()
		p.say(`[1,"realm1",%s]`, everyRole)
		details := p.hear(`[2,"*","*"]`).dict(2)
		roles, _ := details["roles"].(wamp.Dict)
		for _, role := range []string{"broker", "dealer"} {
			announced, ok := roles[role].(wamp.Dict)
			if !ok {
				t.Fatalf("WELCOME names no %s: %v", role, details)
			}
			if _, ok := announced["features"].(wamp.Dict); !ok {
				t.Errorf("WELCOME lists no features of the %s: %v", role, announced)
			}
		}
		for key, want := range map[string]string{
			"agent": "wampkit", "authmethod": "anonymous", "authrole": "anonymous", "authprovider": "static", "realm": "realm1",
		} {
			if details[key] != want {
				t.Errorf("WELCOME.Details.%s is %v, want %q", key, details[key], want)
			}
		}
		if id, _ := details["authid"].(string); id == "" {
			t.Errorf("WELCOME has no authid: %v", details)
		}
	})
}

func TestW043_AClientHasARole(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		for _, details := range []string{
			`{}`, `{"roles":{}}`, `{"roles":{"spectator":{}}}`, `{"roles":{"broker":{},"dealer":{}}}`,
			`{"roles":[]}`, `{"roles":{"caller":1}}`, `{"roles":{"caller":{"features":[]}}}`,
			`{"roles":{"callee":{"features":{"call_canceling":1}}}}`,
		} {
			p := r.dial()
			p.say(`[1,"realm1",%s]`, details)
			p.hearViolation()
		}
		r.dial().hello("realm1", `{"roles":{"caller":{}}}`)
	})
}

func TestW044_ASecondHelloEndsTheSession(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		p.register(`{}`, "com.procedure")
		p.say(`[1,"realm1",%s]`, everyRole)
		p.hearViolation()
		r.join().register(`{}`, "com.procedure")
	})
}

func TestW045_UnknownRealm(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.dial()
		p.say(`[1,"realm2",%s]`, everyRole)
		p.hear(`[3,{"message":"*"},"wamp.error.no_such_realm"]`)
		p.hearEnd()
	})
	t.Run("made automatically", func(t *testing.T) {
		r := start(t, router.Config{AutoRealm: &router.RealmConfig{}}, links[0])
		r.dial().hello("com.new", everyRole).register(`{}`, "com.procedure")
		r.dial().hello("com.other", everyRole).register(`{}`, "com.procedure")
		r.dial().hello("com.new", everyRole).refused(wamp.TypeRegister, wamp.ErrProcedureAlreadyExists, `{},"com.procedure"`)
	})
}

func TestW046_MalformedRealm(t *testing.T) {
	config := router.Config{AutoRealm: &router.RealmConfig{}}
	onEachLink(t, config, func(t *testing.T, r *place) {
		for _, realm := range malformed {
			p := r.dial()
			p.say(`[1,%q,%s]`, realm, everyRole)
			p.hear(`[3,{"message":"*"},"wamp.error.invalid_uri"]`)
			p.hearEnd()
		}
	})
}

func TestW047_GoodbyeIsAnsweredOnce(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		p.say(`[6,{},"wamp.close.close_realm"]`)
		p.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
		p.conn.Close()
	})
}

func TestW039_AnotherSessionOnTheSameConnection(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		first := p.id
		p.register(`{}`, "com.procedure")
		p.say(`[6,{},"wamp.close.close_realm"]`)
		p.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
		p.hello("realm1", everyRole)
		if p.id == first {
			t.Errorf("both sessions have id %d", first)
		}
		p.register(`{}`, "com.procedure")
		p.quiet()
	})
}

func TestW048_GoodbyeEndsTheSessionBeforeTheConnection(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p, other := r.join(), r.join()
		p.register(`{}`, "com.procedure")
		p.subscribe(`{}`, "com.topic")
		p.say(`[6,{},"wamp.close.close_realm"]`)
		p.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
		other.register(`{}`, "com.procedure")
		other.publish("com.topic", `,["unheard"]`)
		p.hello("realm1", everyRole).quiet()
	})
}

func TestW049_AfterTheRoutersGoodbyeNothingElseCounts(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		p := r.join()
		p.register(`{}`, "com.procedure")
		ended := make(chan error, 1)
		go func() { ended <- r.Shutdown(context.Background()) }()
		p.hear(`[6,{"message":"*"},"wamp.close.system_shutdown"]`)
		p.say(`[48,1,{},"com.procedure"]`)
		p.say(`[32,2,{},"com.topic"]`)
		p.say(`[70,99,{}]`)
		p.say(`[6,{},"wamp.close.goodbye_and_out"]`)
		p.hearEnd()
		if err := <-ended; err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
}

func TestW049_TheWaitForGoodbyeIsBounded(t *testing.T) {
	config := router.Config{Limits: router.Limits{GoodbyeTimeout: 20 * time.Millisecond}}
	onEachLink(t, config, func(t *testing.T, r *place) {
		p := r.join()
		ended := make(chan error, 1)
		go func() { ended <- r.Shutdown(context.Background()) }()
		p.hear(`[6,{"message":"*"},"wamp.close.system_shutdown"]`)
		p.hearEnd()
		if err := <-ended; err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
}

func TestW050_AbortIsNotAnswered(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, caller := r.join(), r.join()
		callee.register(`{}`, "com.slow")
		caller.say(`[48,1,{},"com.slow"]`)
		callee.hear(`[68,1,"*",{}]`)
		callee.say(`[3,{},"com.had.enough"]`)
		callee.hearEnd()
		caller.hear(`[8,48,1,{},"wamp.error.canceled","*"]`)

		early := r.dial()
		early.say(`[3,{},"com.changed.my.mind"]`)
		early.hearEnd()
	})
}

func TestW051_AbortArrivesBeforeTheEnd(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		for range 50 {
			p := r.dial()
			p.say(`[1,"realm2",%s]`, everyRole)
			p.hear(`[3,{"message":"*"},"wamp.error.no_such_realm"]`)
			p.hearEnd()
		}
	})
}

func TestW052_LossOfTheConnectionEndsTheSession(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, caller := r.join(), r.join()
		callee.register(`{}`, "com.slow")
		caller.say(`[48,1,{},"com.slow"]`)
		callee.hear(`[68,1,"*",{}]`)
		callee.conn.Close()
		caller.hear(`[8,48,1,{},"wamp.error.canceled","*"]`)
		caller.register(`{}`, "com.slow")
	})
}

func TestW053_MessagesThatOnlyARouterSends(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		for _, message := range []string{
			`[2,1,{}]`, `[4,"ticket",{}]`, `[17,1,1]`, `[33,1,1]`, `[35,1]`, `[36,1,1,{}]`,
			`[50,1,{}]`, `[65,1,1]`, `[67,1]`, `[68,1,1,{}]`, `[69,1,{}]`,
			`[5,"secret",{}]`, // W057: AUTHENTICATE after WELCOME
		} {
			p := r.join()
			p.say("%s", message)
			p.hearViolation()
		}
	})
}

func TestW054_ErrorAnswersNothingButInvocation(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		for _, kind := range []int{48, 32, 16, 64, 1, 999} {
			p := r.join()
			p.say(`[8,%d,1,{},"a.b"]`, kind)
			p.hearViolation()
		}
	})
}

func TestW055_YieldNeverIssuedIsAViolation(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		for _, message := range []string{`[70,999,{}]`, `[70,1,{}]`, `[8,68,1,{},"com.error"]`} {
			p := r.join()
			p.say("%s", message)
			p.hearViolation()
		}
		callee, caller := r.join(), r.join()
		callee.register(`{}`, "com.procedure")
		caller.say(`[48,1,{},"com.procedure"]`)
		callee.hear(`[68,1,"*",{}]`)
		callee.say(`[70,2,{}]`)
		callee.hearViolation()
		caller.hear(`[8,48,1,{},"wamp.error.canceled","*"]`)
	})
}

func TestW056_W088_AnswersToDeadInvocationsAreDropped(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		callee, caller := r.join(), r.join()
		callee.register(`{}`, "com.slow")
		for i, mode := range []string{"skip", "killnowait", "kill"} {
			request := caller.next()
			caller.say(`[48,%d,{},"com.slow"]`, request)
			callee.hear(`[68,%d,"*",{}]`, i+1)
			caller.say(`[49,%d,{"mode":%q}]`, request, mode)
			caller.hear(`[8,48,%d,{},"wamp.error.canceled","*"]`, request)
			callee.say(`[70,%d,{},["too late"]]`, i+1)
			callee.say(`[8,68,%d,{},"com.too.late"]`, i+1)
			callee.quiet()
			caller.quiet()
		}
		caller.say(`[48,%d,{},"com.slow"]`, caller.next())
		callee.hear(`[68,4,"*",{}]`)
		caller.say(`[6,{},"wamp.close.close_realm"]`)
		caller.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
		callee.say(`[70,4,{},["too late"]]`)
		callee.say(`[70,4,{},["too late again"]]`)
		callee.quiet()
	})
}

func TestW058_NothingAfterAViolationIsProcessed(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		witness, offender := r.join(), r.join()
		witness.subscribe(`{}`, "com.topic")
		for _, message := range []string{`[99]`, `[16,5,{},"com.topic"]`} {
			frame := transcode(t, r.link.format, message)
			if err := offender.conn.SendFrame(frame); err != nil {
				t.Fatal(err)
			}
		}
		offender.conn.Flush() // both in one write
		offender.hearViolation()
		witness.quiet()
	})
}

func TestW059_TheConnectionEndsSoonAfterAViolation(t *testing.T) {
	r := start(t, router.Config{}, links[1])
	c, err := net.Dial("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	// A RawSocket handshake for JSON, and a frame that is no message.
	if _, err := c.Write([]byte{0x7f, 0xf1, 0, 0, 0, 0, 0, 3, '{', '{', '{'}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	buffer := make([]byte, 4096)
	for {
		if _, err := c.Read(buffer); err != nil {
			break
		}
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the connection ended after %v", took)
	}
}

func TestW060_TheWaitForHelloIsBounded(t *testing.T) {
	config := router.Config{Limits: router.Limits{HandshakeTimeout: 20 * time.Millisecond}}
	onEachLink(t, config, func(t *testing.T, r *place) {
		p := r.dial()
		p.hear(`[3,{"message":"*"},"wamp.error.timeout"]`)
		p.hearEnd()
	})
}

func TestW062_Shutdown(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		sessions := []*peer{r.join(), r.join(), r.join()}
		late := r.dial()
		ended := make(chan error, 1)
		go func() { ended <- r.Shutdown(context.Background()) }()
		for _, p := range sessions {
			p.hear(`[6,{"message":"*"},"wamp.close.system_shutdown"]`)
		}
		late.say(`[1,"realm1",%s]`, everyRole)
		late.hear(`[3,{"message":"*"},"wamp.close.system_shutdown"]`)
		late.hearEnd()
		for _, p := range sessions {
			p.say(`[6,{},"wamp.close.goodbye_and_out"]`)
			p.hearEnd()
		}
		if err := <-ended; err != nil {
			t.Errorf("Shutdown: %v", err)
		}
	})
}

func TestShutdownGivesUpWithItsContext(t *testing.T) {
	config := router.Config{Limits: router.Limits{GoodbyeTimeout: time.Hour}}
	r := start(t, config, links[1])
	p := r.join()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Shutdown(ctx) }()
	p.hear(`[6,{"message":"*"},"wamp.close.system_shutdown"]`)
	cancel()
	if err := <-ended; err != context.Canceled {
		t.Errorf("Shutdown returned %v", err)
	}
	p.hearEnd()
}

func TestW063_RolesThatWereNotAnnouncedArePlayedAllTheSame(t *testing.T) {
	r := start(t, router.Config{}, links[0])
	p := r.joinWith(`{"roles":{"publisher":{}}}`)
	p.register(`{}`, "com.procedure")
	p.subscribe(`{}`, "com.topic")
	p.quiet()
}

func TestMaxSessions(t *testing.T) {
	r := start(t, router.Config{Limits: router.Limits{MaxSessions: 2}}, links[0])
	first := r.join()
	r.join()
	third := r.dial()
	third.say(`[1,"realm1",%s]`, everyRole)
	third.hear(`[3,{"message":"*"},"wamp.error.unavailable"]`)
	third.hearEnd()
	first.say(`[6,{},"wamp.close.close_realm"]`)
	first.hear(`[6,{},"wamp.close.goodbye_and_out"]`)
	r.join()
	if got := r.Stats(); got.Sessions != 2 || got.SessionsOpened != 3 || got.SessionsRefused != 1 {
		t.Errorf("%+v", got)
	}
}

func TestSessionsOfDifferentRealmsDoNotMeet(t *testing.T) {
	config := router.Config{Realms: []router.RealmConfig{{Name: "realm1"}, {Name: "realm2"}}}
	r := start(t, config, links[0])
	here, there := r.join(), r.dial().hello("realm2", everyRole)
	here.register(`{}`, "com.procedure")
	here.subscribe(`{}`, "com.topic")
	there.refused(wamp.TypeCall, wamp.ErrNoSuchProcedure, `{},"com.procedure"`)
	there.publish("com.topic", "")
	here.quiet()
	there.register(`{}`, "com.procedure")
}
