package echo_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/wampkit/wampkit/bench/echo"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

// BenchmarkCall compares generated code with the leanest client and callee that can be
// written by hand on the same runtime, caller, router and callee together. The bytes
// have to be cloned by both, since what is read ends with the call.
func BenchmarkCall(b *testing.B) {
	data := make([]byte, 16)
	b.Run("generated", func(b *testing.B) {
		r := wamptest.New(b)
		if _, err := echo.RegisterEcho(b.Context(), r.Session(b), echo.Server{}); err != nil {
			b.Fatal(err)
		}
		client := echo.NewEchoClient(r.Session(b))
		measure(b, data, client.Echo)
	})
	b.Run("by hand", func(b *testing.B) {
		r := wamptest.New(b)
		procedure := runtime.Procedure{URI: "org.wampkit.bench.echo", Match: wamp.MatchExact}
		_, err := r.Session(b).RegisterProcedures(b.Context(), []runtime.ProcedureHandler{{
			Procedure: &procedure,
			Handle: func(_ context.Context, in *runtime.Values, out *runtime.Args) error {
				out.Bytes(in.Bytes("data"))
				return in.Err()
			},
		}})
		if err != nil {
			b.Fatal(err)
		}
		session := r.Session(b)
		measure(b, data, func(ctx context.Context, data []byte) ([]byte, error) {
			args := runtime.NewArgs()
			args.Bytes(data)
			out, err := session.Invoke(ctx, &procedure, args)
			if err != nil {
				return nil, err
			}
			answer := out.Bytes("")
			return answer, out.Err()
		})
	})
}

func measure(b *testing.B, data []byte, call func(context.Context, []byte) ([]byte, error)) {
	b.ReportAllocs()
	for b.Loop() {
		if answer, err := call(context.Background(), data); err != nil || !bytes.Equal(answer, data) {
			b.Fatalf("%x, %v", answer, err)
		}
	}
}
