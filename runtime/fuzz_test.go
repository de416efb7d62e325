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
		welcome := &wamp.Welcome{Session: 1, Details: wamp.Dict{"roles": allFeatures.Dict()}}
		add(&wamp.Abort{Reason: wamp.ErrNoSuchRealm})
		add(welcome, &wamp.Registered{Request: 1, Registration: 1}, &wamp.Subscribed{Request: 2, Subscription: 1},
			&wamp.Invocation{Request: 1, Registration: 1, Payload: payload([]any{"a", 2}, wamp.Dict{"k": []any{nil}})},
			&wamp.Event{Subscription: 1, Publication: 1, Payload: payload([]any{"a", 2}, nil)},
			&wamp.Result{Request: 3, Payload: payload([]any{[]any{1}}, wamp.Dict{"n": 1.5})},
			&wamp.Interrupt{Request: 1}, &wamp.Goodbye{Reason: wamp.CloseRealm})
		add(welcome, &wamp.ErrorMessage{RequestType: wamp.TypeCall, Request: 3, URI: "com.test.not_found", Payload: payload(nil, wamp.Dict{"id": 1})},
			&wamp.Unregistered{Details: wamp.UnregisteredDetails{Registration: 1}},
			&wamp.Unsubscribed{Details: wamp.UnsubscribedDetails{Subscription: 1}})
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

// useEverything makes requests 1, 2 and 3, and reads whatever comes back in every way.
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
		Procedure: &runtime.Procedure{URI: "com.test.procedure"},
		Handle: func(_ context.Context, in *runtime.Values, out *runtime.Args) error {
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
	out, err := s.Invoke(ctx, &runtime.Procedure{URI: "com.test.procedure", Errors: deviceErrors}, runtime.NewArgs())
	if err == nil {
		read(out)
		_ = out.Err()
	}
}
