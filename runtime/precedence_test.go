package runtime_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// What is said later wins: annotation, client, With, context; and of what only one says nothing is lost.
func TestPrecedenceOfCallOptions(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	annotated := &runtime.Procedure{URI: "com.test.x", Timeout: time.Minute, DiscloseMe: true}
	plain := &runtime.Procedure{URI: "com.test.x"}
	client := runtime.NewClient(s, runtime.WithTimeout(2*time.Minute), runtime.WithAttribute("_client", "x"))
	with := client.With(runtime.WithTimeout(3*time.Minute), runtime.WithDiscloseMe(false))
	inContext := func(ctx context.Context) context.Context {
		ctx, _ = runtime.NewCallContext(ctx, runtime.WithTimeout(4*time.Minute), runtime.WithDiscloseMe(true))
		return ctx
	}
	nested := func(ctx context.Context) context.Context {
		ctx, _ = runtime.NewCallContext(inContext(ctx), runtime.WithTimeout(5*time.Minute))
		return ctx
	}
	same := func(ctx context.Context) context.Context { return ctx }
	minutes := func(n int) uint64 { return uint64(n) * 60_000 }
	extra := wamp.Dict{"_client": "x"}
	for _, test := range []struct {
		name   string
		client runtime.Client
		p      *runtime.Procedure
		ctx    func(context.Context) context.Context
		want   wamp.CallOptions
	}{
		{"nothing", runtime.NewClient(s), plain, same, wamp.CallOptions{}},
		{"annotation", runtime.NewClient(s), annotated, same, wamp.CallOptions{Timeout: minutes(1), DiscloseMe: true}},
		{"client", client, annotated, same, wamp.CallOptions{Timeout: minutes(2), DiscloseMe: true, Extra: extra}},
		{"With", with, annotated, same, wamp.CallOptions{Timeout: minutes(3), Extra: extra}},
		{"the client With came from", client, plain, same, wamp.CallOptions{Timeout: minutes(2), Extra: extra}},
		{"context", with, annotated, inContext, wamp.CallOptions{Timeout: minutes(4), DiscloseMe: true, Extra: extra}},
		{"context in context", with, plain, nested, wamp.CallOptions{Timeout: minutes(5), DiscloseMe: true, Extra: extra}},
	} {
		t.Run(test.name, func(t *testing.T) {
			go func() {
				m := router.expect(wamp.TypeCall).(*wamp.Call)
				if diff := cmp.Diff(test.want, m.Options, cmpopts.EquateEmpty()); diff != "" {
					t.Error(diff)
				}
				router.send(&wamp.Result{Request: m.Request})
			}()
			values, err := test.client.Call(test.ctx(t.Context()), test.p, runtime.NewArgs())
			if err != nil {
				t.Fatal(err)
			}
			values.Close()
		})
	}
}

func TestPrecedenceOfPublishOptions(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	annotated := &runtime.Topic{URI: "com.test.x", Retain: true, Acknowledge: true, IncludeMe: true}
	client := runtime.NewEventClient(s, runtime.WithRetain(false), runtime.WithExcludeAuthRole("client"))
	with := client.With(runtime.WithExcludeAuthRole("with"), runtime.WithExclude(7))
	ctx, _ := runtime.NewPublishContext(t.Context(), runtime.WithExcludeMe(true), runtime.WithExclude(8))
	for _, test := range []struct {
		name   string
		client runtime.EventClient
		ctx    context.Context
		want   wamp.PublishOptions
	}{
		{"annotation", runtime.NewEventClient(s), t.Context(), wamp.PublishOptions{Retain: true, IncludeMe: true}},
		{"client", client, t.Context(), wamp.PublishOptions{IncludeMe: true, ExcludeAuthRole: []string{"client"}}},
		{"With", with, t.Context(), wamp.PublishOptions{IncludeMe: true, ExcludeAuthRole: []string{"with"}, Exclude: []wamp.ID{7}}},
		{"context", with, ctx, wamp.PublishOptions{ExcludeAuthRole: []string{"with"}, Exclude: []wamp.ID{8}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.want.Acknowledge = true
			go func() {
				m := router.expect(wamp.TypePublish).(*wamp.Publish)
				if diff := cmp.Diff(test.want, m.Options, cmpopts.EquateEmpty()); diff != "" {
					t.Error(diff)
				}
				router.send(&wamp.Published{Request: m.Request, Publication: 1})
			}()
			if err := test.client.Publish(test.ctx, annotated, runtime.NewArgs()); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestPrecedenceOfRegisterAndSubscribeOptions(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	p := &runtime.Procedure{URI: "com.test.x", Match: wamp.MatchPrefix, Invoke: wamp.InvokeFirst, Concurrency: 3}
	topic := &runtime.Topic{URI: "com.test.x", Match: wamp.MatchPrefix}
	for _, test := range []struct {
		name string
		opts []runtime.RegisterOption
		want wamp.RegisterOptions
	}{
		{"annotation", nil, wamp.RegisterOptions{Match: "prefix", Invoke: "first", Concurrency: 3}},
		{"option", []runtime.RegisterOption{runtime.WithMatch(wamp.MatchExact), runtime.WithInvoke("last"), runtime.WithConcurrency(0)}, wamp.RegisterOptions{Invoke: "last"}},
		{"later option", []runtime.RegisterOption{runtime.WithConcurrency(5), runtime.WithForceReregister(), runtime.WithConcurrency(6)},
			wamp.RegisterOptions{Match: "prefix", Invoke: "first", Concurrency: 6, ForceReregister: true}},
	} {
		t.Run("register by "+test.name, func(t *testing.T) {
			go func() {
				m := router.expect(wamp.TypeRegister).(*wamp.Register)
				if diff := cmp.Diff(test.want, m.Options, cmpopts.EquateEmpty()); diff != "" {
					t.Error(diff)
				}
				router.send(&wamp.Registered{Request: m.Request, Registration: wamp.ID(m.Request)})
			}()
			if _, err := s.RegisterProcedures(t.Context(), []runtime.ProcedureHandler{{Procedure: p}}, test.opts...); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, test := range []struct {
		name string
		opts []runtime.SubscribeOption
		want wamp.SubscribeOptions
	}{
		{"annotation", nil, wamp.SubscribeOptions{Match: "prefix"}},
		{"option", []runtime.SubscribeOption{runtime.WithMatch(wamp.MatchWildcard), runtime.WithRetained()}, wamp.SubscribeOptions{Match: "wildcard", GetRetained: true}},
	} {
		t.Run("subscribe by "+test.name, func(t *testing.T) {
			go func() {
				m := router.expect(wamp.TypeSubscribe).(*wamp.Subscribe)
				if diff := cmp.Diff(test.want, m.Options, cmpopts.EquateEmpty()); diff != "" {
					t.Error(diff)
				}
				router.send(&wamp.Subscribed{Request: m.Request, Subscription: wamp.ID(m.Request)})
			}()
			if _, err := s.SubscribeTopics(t.Context(), []runtime.TopicHandler{{Topic: topic}}, test.opts...); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// The options for the connection compose in any order.
func TestTransportOptionsCompose(t *testing.T) {
	r := newPlace(t, link{"ws", wamp.JSON})
	limited := transport.DialOptions{Formats: []wamp.Format{wamp.CBOR}, Config: transport.Config{MaxMessage: 1 << 20}}
	msgpack := runtime.WithSerializers(wamp.MsgPack)
	for name, opts := range map[string][]runtime.DialOption{
		"before": {msgpack, runtime.WithKeepalive(time.Hour), runtime.WithTransport(limited)},
		"after":  {runtime.WithTransport(limited), runtime.WithKeepalive(time.Hour), msgpack},
	} {
		t.Run(name, func(t *testing.T) {
			config, format := runtime.TransportOf(opts...)
			if config.MaxMessage != 1<<20 || config.PingInterval != time.Hour || format != wamp.MsgPack {
				t.Errorf("got %+v, %v", config, format)
			}
			s, err := runtime.Dial(t.Context(), r.url, "realm1", opts...)
			if err != nil {
				t.Fatal(err)
			}
			_ = s.Close()
		})
	}
	if config, format := runtime.TransportOf(runtime.WithTransport(limited)); config.PingInterval != runtime.DefaultKeepalive || format != wamp.CBOR {
		t.Errorf("got %+v, %v", config, format)
	}
	if config, _ := runtime.TransportOf(runtime.WithKeepalive(0), runtime.WithTransport(transport.DialOptions{Config: transport.Config{PingInterval: time.Second}})); config.PingInterval != 0 {
		t.Errorf("got %+v", config)
	}
}
