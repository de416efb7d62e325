package wampgen_test

//lint:file-ignore SA1019 deprecated= is one of the options under test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/options"
)

// recorder is a Caller and a Publisher that keeps what it is asked for.
type recorder struct {
	procedure *runtime.Procedure
	topic     *runtime.Topic
}

var errRecorded = errors.New("recorded")

func (r *recorder) Invoke(_ context.Context, p *runtime.Procedure, _ *runtime.Args, _ ...runtime.CallOption) (*runtime.Values, error) {
	r.procedure = p
	return nil, errRecorded
}

func (r *recorder) PublishTopic(_ context.Context, t *runtime.Topic, _ *runtime.Args, _ ...runtime.PublishOption) error {
	r.topic = t
	return errRecorded
}

func TestOptionsReachTheRuntime(t *testing.T) {
	ctx := t.Context()
	r := new(recorder)
	client := options.NewMachineClient(r)
	for _, c := range []struct {
		name   string
		call   func() error
		errors int
		want   runtime.Procedure
	}{
		{"inherited", func() error { return client.PlainOne(ctx, options.Request{}) }, 2,
			runtime.Procedure{URI: "com.example.device.v2.plain-one", Invoke: "roundrobin", Timeout: 5 * time.Second}},
		{"own", func() error { return client.Own(ctx, options.Request{}) }, 1,
			runtime.Procedure{URI: "com.example.device.v2.own.name", Invoke: "last", Timeout: 90 * time.Second, Idempotent: true, DiscloseMe: true, Concurrency: 4}},
		{"absolute", func() error { return client.Absolute(ctx) }, 2,
			runtime.Procedure{URI: "com.example.elsewhere", Invoke: "single", Timeout: 250 * time.Millisecond}},
		{"prefix", func() error { return client.Prefix(ctx) }, 2,
			runtime.Procedure{URI: "com.example.device.v2.any", Match: wamp.MatchPrefix, Invoke: "roundrobin", Timeout: 5 * time.Second}},
		{"exact", func() error { return client.Exact(ctx) }, 1,
			runtime.Procedure{URI: "com.example.device.v2.exact", Invoke: "roundrobin", Timeout: 5 * time.Second}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.call(); !errors.Is(err, errRecorded) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, *r.procedure, cmpopts.IgnoreFields(runtime.Procedure{}, "Errors")); diff != "" {
				t.Error(diff)
			}
			if got := len(r.procedure.Errors); got != c.errors {
				t.Errorf("%d errors, want %d", got, c.errors)
			}
		})
	}
}

func TestTopicOptionsReachTheRuntime(t *testing.T) {
	ctx := t.Context()
	r := new(recorder)
	publisher := options.NewEventsPublisher(r)
	for _, c := range []struct {
		name    string
		publish func(context.Context) error
		want    runtime.Topic
	}{
		{"inherited", publisher.BothFlags, runtime.Topic{URI: "com.example.device.v2.bothflags", Acknowledge: true, Retain: true}},
		{"own", publisher.Own, runtime.Topic{URI: "com.example.device.v2.own", IncludeMe: true, DiscloseMe: true}},
		{"prefix", publisher.Prefix, runtime.Topic{URI: "com.example.everything", Match: wamp.MatchPrefix, Acknowledge: true, Retain: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.publish(ctx); !errors.Is(err, errRecorded) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, *r.topic); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// machine implements options.Device.
type machine struct{ options.UnimplementedMachine }

func (machine) Prefix(context.Context) error { return options.ErrBusy }

func (machine) PlainOne(context.Context, options.Request) error { return options.ErrOther }

func (machine) Exact(context.Context) error { return options.ErrOther }

func TestOptionsWorkThroughTheRouter(t *testing.T) {
	ctx := t.Context()
	router := wamptest.New(t)
	session := router.Session(t)
	if _, err := options.RegisterMachine(ctx, router.Session(t), machine{}); err != nil {
		t.Fatal(err)
	}
	client := options.NewMachineClient(session)
	if err := client.Prefix(ctx); !errors.Is(err, options.ErrBusy) {
		t.Errorf("the prefix itself: %v", err)
	}
	if _, err := session.Call(ctx, options.MachinePrefixURI+".more"); err == nil || !errors.Is(err, wamp.ErrorURI("com.example.device.busy")) {
		t.Errorf("beyond the prefix: %v", err)
	}
	if err := client.PlainOne(ctx, options.Request{}); !errors.Is(err, options.ErrOther) {
		t.Errorf("an error of the service: %v", err)
	}
	if err := client.Exact(ctx); errors.Is(err, options.ErrOther) || !errors.Is(err, wamp.ErrRuntimeError) {
		t.Errorf("an error that errors= leaves out: %v", err)
	}
}
