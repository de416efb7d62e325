package runtime_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// FuzzHostileRouter feeds a client that calls, registers and subscribes with whatever a
// router might send: it must neither panic nor hang, and end when the router hangs up.
func FuzzHostileRouter(f *testing.F) {
	formats := wamp.Formats()
	for i, format := range formats {
		add := func(messages ...wamp.Message) {
			var frames []byte
			for _, m := range messages {
				frame, err := codec.Append(nil, format, m)
				if err != nil || len(frame) > 255 {
					f.Fatal(len(frame), err)
				}
				frames = append(append(frames, byte(len(frame))), frame...)
			}
			f.Add(byte(i), frames)
		}
		payload := func(args []any, kwargs wamp.Dict) wamp.Payload {
			p, err := codec.EncodePayload(format, args, kwargs)
			if err != nil {
				f.Fatal(err)
			}
			return p
		}
		welcome := &wamp.Welcome{Session: 1, Details: wamp.Dict{"roles": streaming.Dict()}}
		add(&wamp.Abort{Reason: wamp.ErrNoSuchRealm})
		add(welcome, &wamp.Registered{Request: 1, Registration: 1}, &wamp.Subscribed{Request: 2, Subscription: 1},
			&wamp.Invocation{Request: 1, Registration: 1, Payload: payload([]any{"a", 2}, wamp.Dict{"k": []any{nil}})},
			&wamp.Event{Subscription: 1, Publication: 1, Payload: payload([]any{"a", 2}, nil)},
			&wamp.Result{Request: 3, Payload: payload([]any{[]any{1}}, wamp.Dict{"n": 1.5})},
			&wamp.Interrupt{Request: 1}, &wamp.Goodbye{Reason: wamp.CloseRealm})
		add(welcome, &wamp.ErrorMessage{RequestType: wamp.TypeCall, Request: 3, URI: "com.test.not_found", Payload: payload(nil, wamp.Dict{"id": 1})},
			&wamp.Unregistered{Details: wamp.UnregisteredDetails{Registration: 1}},
			&wamp.Unsubscribed{Details: wamp.UnsubscribedDetails{Subscription: 1}})
		sealed := wamp.Passthru{Scheme: "x", Serializer: "cbor"}
		chunk := func(more bool, args ...any) *wamp.Invocation {
			return &wamp.Invocation{Request: 1, Registration: 1, Details: wamp.InvocationDetails{Progress: more, ReceiveProgress: true, Procedure: "com.test.a.b"}, Payload: payload(args, nil)}
		}
		add(welcome, &wamp.Registered{Request: 1, Registration: 1}, &wamp.Subscribed{Request: 2, Subscription: 1},
			&wamp.Result{Request: 3, Details: wamp.ResultDetails{Progress: true}, Payload: payload([]any{1}, nil)},
			chunk(true, 1, 2), &wamp.Result{Request: 3, Details: wamp.ResultDetails{Progress: true}}, chunk(true, "a"), chunk(false), chunk(true), chunk(true, 3),
			&wamp.Interrupt{Request: 1}, chunk(true), &wamp.Result{Request: 3, Payload: payload([]any{[]any{1, "x"}}, nil)})
		add(welcome, &wamp.Registered{Request: 1, Registration: 1}, &wamp.Subscribed{Request: 2, Subscription: 1},
			&wamp.Invocation{Request: 1, Registration: 1, Details: wamp.InvocationDetails{Passthru: sealed, Progress: true}, Payload: payload([]any{[]byte{1}}, nil)},
			&wamp.Event{Subscription: 1, Publication: 1, Details: wamp.EventDetails{Passthru: sealed, Topic: "com.test."}, Payload: payload([]any{[]byte{}}, nil)},
			&wamp.ErrorMessage{RequestType: wamp.TypeInvocation, Request: 1, URI: wamp.ErrFeatureNotSupported},
			&wamp.ErrorMessage{RequestType: wamp.TypeCall, Request: 3, Details: wamp.ErrorDetails{Passthru: sealed}, URI: "com.test.not_found", Payload: payload([]any{[]byte{9}}, nil)})
	}
	f.Fuzz(func(t *testing.T, format byte, frames []byte) {
		client, server := transport.Pipe(formats[int(format)%len(formats)])
		go func() { // the router's end takes whatever comes
			for {
				if _, err := server.Receive(); err != nil {
					return
				}
			}
		}()
		for len(frames) > 0 {
			n := min(int(frames[0]), len(frames)-1)
			if server.SendFrame(frames[1:1+n]) != nil {
				break
			}
			frames = frames[1+n:]
		}
		server.Flush()
		_ = server.Shutdown(nil, 0)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		s, err := runtime.Join(ctx, client, "realm1", runtime.WithLogger(slog.New(slog.DiscardHandler)))
		if err == nil {
			useEverything(ctx, s)
			<-s.Done()
		}
		if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
			t.Fatal("the client hangs")
		}
	})
}

// useEverything makes requests 1, 2 and 3, and reads whatever comes back in every way: the last is
// a stream in both directions.
func useEverything(ctx context.Context, s *runtime.Session) {
	read := func(in *runtime.Values) {
		var v struct {
			K any `json:"k"`
		}
		var list []int
		in.Int("a", 8)
		in.Uint("b", 0)
		in.Float("c", 32)
		in.Optional("d", new(*time.Time))
		in.Value("k", &v)
		in.Rest("rest", &list)
	}
	_, _ = s.RegisterProcedures(ctx, []runtime.ProcedureHandler{{
		Procedure: &runtime.Procedure{
			URI: "com.test..", Match: wamp.MatchWildcard, Captures: []string{"one", "two"}, Input: true, Progressive: true,
		},
		Handle: func(ctx context.Context, in *runtime.Values, out *runtime.Args) error {
			in.CaptureString("one")
			in.CaptureInt("two", 8)
			in.Absent("x")
			_ = runtime.SendProgress(ctx, func(args *runtime.Args) { args.Int(1) })
			_ = runtime.SendResults(ctx, runtime.InputFrom(ctx, readString), (*runtime.Args).String)
			read(in)
			in.Struct(new(notFound))
			out.Value(in.String("s"))
			return in.Err()
		},
	}})
	_, _ = s.Subscribe(ctx, "com.test.topic", func(_ context.Context, in *runtime.Result) error {
		var text string
		return in.Decode(&text)
	})
	procedure := &runtime.Procedure{URI: "com.test.procedure", Errors: deviceErrors}
	items := func(in *runtime.Values) int64 {
		read(in)
		return in.Int("item", 64)
	}
	if s.Details().Roles.Supports(wamp.RoleDealer, wamp.FeatureProgressiveCallInvocations) {
		input := runtime.InputOf(seq[int64](nil, 1, 2, 3), (*runtime.Args).Int)
		for range runtime.CallInputResults(ctx, runtime.NewClient(s), procedure, nil, input, items) {
		}
		return
	}
	out, err := s.Invoke(ctx, procedure, runtime.NewArgs())
	if err == nil {
		read(out)
		_ = out.Err()
	}
}
