package runtime_test

import (
	"context"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

func TestSmoke(t *testing.T) {
	for _, f := range wamp.Formats() {
		r := wamptest.New(t, wamptest.WithSerializer(f))
		a, b := r.Session(t), r.Session(t)
		ctx := t.Context()
		_, err := a.Register(ctx, "com.x.add", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
			return runtime.NewResult(in.Args[0].(int64) + in.Args[1].(int64)), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		res, err := b.Call(ctx, "com.x.add", 1, 2)
		if err != nil {
			t.Fatal(err)
		}
		var n int
		t.Log(res.Args, res.Decode(&n), n)
	}
}
