package wamptest_test

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSessionsMeet(t *testing.T) {
	for _, f := range wamp.Formats() {
		t.Run(f.String(), func(t *testing.T) {
			r := wamptest.New(t, wamptest.WithSerializer(f))
			callee, caller := r.Session(t), r.Session(t)
			_, err := callee.Register(t.Context(), "com.test.hello", func(context.Context, *runtime.Result) (*runtime.Result, error) {
				return runtime.NewResult("hello"), nil
			})
			if err != nil {
				t.Fatal(err)
			}
			got, err := caller.Call(t.Context(), "com.test.hello")
			if err != nil || got.Args[0] != "hello" {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestOtherRealms(t *testing.T) {
	config := router.Config{Realms: []router.RealmConfig{{Name: "other"}}}
	r := wamptest.New(t, wamptest.WithConfig(config), wamptest.WithRealm("other"))
	if s := r.Session(t); s.Realm() != "other" {
		t.Errorf("joined %s", s.Realm())
	}
}

func TestSockets(t *testing.T) {
	r := wamptest.New(t)
	address := r.Serve(t)
	for _, url := range []string{"tcp://" + address, "ws://" + address, "unix://" + r.ServeUnix(t)} {
		s, err := runtime.Dial(t.Context(), url, wamptest.Realm)
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
}

// What a test leaves behind is cleaned up behind it.
func TestCleanup(t *testing.T) {
	var kept *runtime.Session
	t.Run("inner", func(t *testing.T) { kept = wamptest.New(t).Session(t) })
	<-kept.Done()
	if kept.Err() != nil {
		t.Errorf("Err() = %v", kept.Err())
	}
}
