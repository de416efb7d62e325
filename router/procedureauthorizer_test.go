package router_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// authorizedBy is a realm whose authorizer is a procedure. The role "anonymous" may
// register it, and call com.static.
func authorizedBy(procedure wamp.URI, o router.AuthorizerOptions) router.Config {
	return router.Config{Realms: []router.RealmConfig{{
		Name: "realm1",
		Roles: map[string]router.Role{"anonymous": {
			{URI: procedure, Allow: []router.Action{router.ActionRegister}},
			{URI: "com.static", Allow: []router.Action{router.ActionCall, router.ActionRegister}},
		}},
		Authorizer: router.ProcedureAuthorizer(procedure, o),
	}}}
}

func TestAProcedureDecides(t *testing.T) {
	onEachLink(t, authorizedBy("com.authorize", router.AuthorizerOptions{}), func(t *testing.T, r *place) {
		authorizer, p := r.join(), r.join()
		p.refused(wamp.TypeSubscribe, "wamp.error.authorization_failed", `{},"com.x"`) // nobody serves it yet
		authorizer.register(`{}`, "com.authorize")
		invocation := 0
		decide := func(action, uri, options, answer string) {
			t.Helper()
			invocation++
			authorizer.hear(`[68,%d,"*",{},[{"realm":"realm1","session":%d,"authid":"*","authrole":"anonymous","authmethod":"anonymous","authprovider":"static","transport":{"type":"*","secure":false}},%q,%q,%s]]`,
				invocation, p.id, uri, action, options)
			authorizer.say(answer, invocation)
		}
		p.say(`[32,%d,{"match":"prefix"},"com.x."]`, p.next())
		decide("subscribe", "com.x.", `{"match":"prefix"}`, `[70,%d,{},[true]]`)
		p.hear(`[33,%d,"*"]`, p.last)
		p.say(`[64,%d,{"invoke":"roundrobin"},"com.x"]`, p.next())
		decide("register", "com.x", `{"invoke":"roundrobin"}`, `[70,%d,{},[{"allow":true}]]`)
		p.hear(`[65,%d,"*"]`, p.last)
		p.say(`[16,%d,{"acknowledge":true},"com.x"]`, p.next())
		decide("publish", "com.x", `{"acknowledge":true}`, `[70,%d,{},[{"allow":false}]]`)
		p.hear(`[8,16,%d,{},"wamp.error.not_authorized","*"]`, p.last)
		p.say(`[48,%d,{},"com.y"]`, p.next())
		decide("call", "com.y", `{}`, `[70,%d,{},[false]]`)
		p.hear(`[8,48,%d,{},"wamp.error.not_authorized","*"]`, p.last)
		for _, bad := range []string{
			`[8,68,%d,{},"com.error"]`, `[70,%d,{}]`, `[70,%d,{},["yes"]]`, `[70,%d,{},[1]]`, `[70,%d,{},[null]]`, `[70,%d,{},[{}]]`,
			`[70,%d,{},[{"allow":1}]]`, `[70,%d,{},[{"allow":true,"disclose":1}]]`, `[70,%d,{},[{"allow":true,"disclose":{"caller":"x"}}]]`,
			`[70,%d,{},[{"allow":true,"cache":"x"}]]`, `[70,%d,{},[{"allow":true,"cache":-1}]]`,
		} {
			p.say(`[48,%d,{},"com.y"]`, p.next())
			decide("call", "com.y", `{}`, bad)
			p.hear(`[8,48,%d,{},"wamp.error.authorization_failed","*"]`, p.last)
		}
		p.say(`[48,%d,{},"com.y"]`, p.next())
		decide("call", "com.y", `{}`, `[70,%d,{},[{"allow":false,"cache":3600}]]`)
		p.hear(`[8,48,%d,{},"wamp.error.not_authorized","*"]`, p.last)
		p.refused(wamp.TypeCall, "wamp.error.not_authorized", `{},"com.y"`) // which nobody was asked about
		p.say(`[48,%d,{},"com.z"]`, p.next())
		decide("call", "com.z", `{}`, `[70,%d,{},[{"allow":false,"cache":true}]]`)
		p.hear(`[8,48,%d,{},"wamp.error.not_authorized","*"]`, p.last)
		p.refused(wamp.TypeCall, "wamp.error.not_authorized", `{},"com.z"`)
		authorizer.quiet()
	})
}

func TestTheAuthorizersOwnRequestsAreDecidedByItself(t *testing.T) {
	onEachLink(t, authorizedBy("com.authorize", router.AuthorizerOptions{}), func(t *testing.T, r *place) {
		authorizer := r.join()
		authorizer.register(`{}`, "com.authorize")
		authorizer.say(`[48,%d,{},"com.x"]`, authorizer.next())
		authorizer.say(`[48,%d,{},"com.static"]`, authorizer.next()) // waits behind
		authorizer.hear(`[68,1,"*",{},["*","com.x","call",{}]]`)
		authorizer.say(`[70,1,{},[true]]`)
		authorizer.hear(`[8,48,%d,{},"wamp.error.no_such_procedure","*"]`, authorizer.last-1)
		authorizer.hear(`[8,48,%d,{},"wamp.error.no_such_procedure","*"]`, authorizer.last)
		authorizer.say(`[48,%d,{},"com.x"]`, authorizer.next())
		authorizer.hear(`[68,2,"*",{},["*","com.x","call",{}]]`)
		authorizer.say(`[66,%d,1]`, authorizer.next()) // an UNREGISTER of nothing, which waits
		authorizer.conn.Close()                        // and everything ends
	})
}

func TestAnAuthorizerThatIsTooLateIsInterrupted(t *testing.T) {
	config := authorizedBy("com.authorize", router.AuthorizerOptions{})
	config.Limits.AuthorizationTimeout = 50 * time.Millisecond
	r := start(t, config, link{"ws", wamp.JSON})
	authorizer, p := r.joinWith(cancelable), r.join()
	authorizer.register(`{}`, "com.authorize")
	p.say(`[48,%d,{},"com.x"]`, p.next())
	authorizer.hear(`[68,1,"*",{},"*"]`)
	p.hear(`[8,48,%d,{},"wamp.error.authorization_failed","*"]`, p.last)
	authorizer.hear(`[69,1,"*"]`)
	authorizer.say(`[70,1,{},[true]]`) // which nobody waits for any more
	authorizer.quiet()
	p.quiet()
}

func TestAnAuthorizerThatLeavesDenies(t *testing.T) {
	r := start(t, authorizedBy("com.authorize", router.AuthorizerOptions{}), link{"tcp", wamp.CBOR})
	authorizer, p := r.join(), r.join()
	authorizer.register(`{}`, "com.authorize")
	p.say(`[48,%d,{},"com.x"]`, p.next())
	authorizer.hear(`[68,1,"*",{},"*"]`)
	authorizer.conn.Close()
	p.hear(`[8,48,%d,{},"wamp.error.authorization_failed","*"]`, p.last)
}

func TestRouterCall(t *testing.T) {
	r := start(t, router.Config{}, link{"ws", wamp.JSON})
	callee := r.joinWith(cancelable)
	callee.register(`{"disclose_caller":false}`, "com.served")
	type outcome struct {
		args   []any
		kwargs wamp.Dict
		err    error
	}
	ended := make(chan outcome, 1)
	call := func(ctx context.Context, realm, procedure wamp.URI) {
		go func() {
			var o outcome
			o.args, o.kwargs, o.err = r.Call(ctx, realm, procedure, []any{1, "two"}, wamp.Dict{"three": true})
			ended <- o
		}()
	}
	call(t.Context(), "realm1", "com.served")
	callee.hear(`[68,1,"*",{},[1,"two"],{"three":true}]`)
	callee.say(`[70,1,{},[4],{"five":5}]`)
	if got := <-ended; got.err != nil || len(got.args) != 1 || got.kwargs["five"] != int64(5) {
		t.Errorf("%+v", got)
	}
	call(t.Context(), "realm1", "com.served")
	callee.hear(`[68,2,"*",{},"*","*"]`)
	callee.say(`[8,68,2,{},"com.error",["why"]]`)
	if got := <-ended; !errors.Is(got.err, wamp.ErrorURI("com.error")) {
		t.Errorf("%+v", got)
	}
	for uri, procedures := range map[wamp.ErrorURI][2]wamp.URI{
		wamp.ErrNoSuchProcedure: {"realm1", "com.nobody"}, wamp.ErrNoSuchRealm: {"realm2", "com.served"},
		wamp.ErrInvalidURI: {"realm1", "wamp.session.count"},
	} {
		call(t.Context(), procedures[0], procedures[1])
		if got := <-ended; !errors.Is(got.err, uri) {
			t.Errorf("want %s, got %+v", uri, got)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	call(ctx, "realm1", "com.served")
	callee.hear(`[68,3,"*",{},"*","*"]`)
	cancel()
	if got := <-ended; !errors.Is(got.err, context.Canceled) {
		t.Errorf("%+v", got)
	}
	callee.hear(`[69,3,"*"]`)
	call(t.Context(), "realm1", "com.served")
	callee.hear(`[68,4,"*",{},"*","*"]`)
	callee.conn.Close()
	if got := <-ended; !errors.Is(got.err, wamp.ErrCanceled) {
		t.Errorf("%+v", got)
	}
}

func TestAnAuthorizerNeedsAProcedureThatCanBe(t *testing.T) {
	for _, uri := range []wamp.URI{"", "com..x", "wamp.authorize"} {
		config := router.Config{Realms: []router.RealmConfig{{Name: "realm1", Authorizer: router.ProcedureAuthorizer(uri, router.AuthorizerOptions{})}}}
		if err := config.Validate(); err == nil {
			t.Errorf("%q is accepted", uri)
		}
	}
}
