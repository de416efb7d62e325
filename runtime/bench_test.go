package runtime_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
)

var addProcedure = runtime.Procedure{URI: "com.acme.add"}

// registerAdd registers a procedure the way generated code does.
func registerAdd(b testing.TB, s *runtime.Session) {
	b.Helper()
	_, err := s.RegisterProcedures(context.Background(), []runtime.ProcedureHandler{{
		Procedure: &addProcedure,
		Handle: func(ctx context.Context, in *runtime.Values, out *runtime.Args) error {
			x := in.Int("x", 0)
			y := in.Int("y", 0)
			if err := in.Err(); err != nil {
				return err
			}
			out.Int(x + y)
			return nil
		},
	}})
	if err != nil {
		b.Fatal(err)
	}
}

// add calls it the way generated code does.
func add(ctx context.Context, c *runtime.Client, x, y int64) (int64, error) {
	args := runtime.NewArgs()
	args.Int(x)
	args.Int(y)
	out, err := c.Call(ctx, &addProcedure, args)
	if err != nil {
		return 0, err
	}
	sum := out.Int("sum", 0)
	return sum, out.Err()
}

// connectors are the ways to reach a router that the benchmarks measure.
var connectors = []struct {
	name    string
	connect func(b testing.TB, r *wamptest.Router) func() *runtime.Session
}{
	{"pipe", func(b testing.TB, r *wamptest.Router) func() *runtime.Session {
		return func() *runtime.Session { return r.Session(b) }
	}},
	{"tcp", func(b testing.TB, r *wamptest.Router) func() *runtime.Session {
		return dialer(b, "tcp://"+r.Serve(b), wamp.CBOR)
	}},
	{"ws", func(b testing.TB, r *wamptest.Router) func() *runtime.Session {
		return dialer(b, "ws://"+r.Serve(b), wamp.CBOR)
	}},
}

func dialer(b testing.TB, url string, f wamp.Format) func() *runtime.Session {
	return func() *runtime.Session {
		s, err := runtime.Dial(context.Background(), url, wamptest.Realm, runtime.WithSerializers(f))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = s.Close() })
		return s
	}
}

// BenchmarkCall measures calls through the router: sequential ones, and 64 in flight.
// Time and allocations are those of caller, router and callee together.
func BenchmarkCall(b *testing.B) {
	for _, c := range connectors {
		for _, inFlight := range []int{1, 64} {
			name := c.name + "/sequential"
			if inFlight > 1 {
				name = c.name + "/64"
			}
			b.Run(name, func(b *testing.B) {
				session := c.connect(b, wamptest.New(b))
				registerAdd(b, session())
				benchmarkCalls(b, runtime.NewClient(session()), inFlight)
			})
		}
	}
}

func benchmarkCalls(b *testing.B, client runtime.Client, inFlight int) {
	b.ReportAllocs()
	b.ResetTimer()
	var callers sync.WaitGroup
	for range inFlight {
		callers.Go(func() {
			for i := range int64(b.N / inFlight) {
				if sum, err := add(context.Background(), &client, i, 1); err != nil || sum != i+1 {
					b.Errorf("add(%d, 1) = %d, %v", i, sum, err)
					return
				}
			}
		})
	}
	callers.Wait()
}

var tickTopic = runtime.Topic{URI: "com.acme.tick"}

// BenchmarkEvent measures events from a publisher through the router to its subscribers. Time
// and allocations are those of one delivery: its share of the publisher and the router, and the subscriber.
func BenchmarkEvent(b *testing.B) {
	for _, c := range connectors {
		for _, subscribers := range []int{1, 100} {
			b.Run(fmt.Sprintf("%s/to %d", c.name, subscribers), func(b *testing.B) {
				session := c.connect(b, wamptest.New(b))
				benchmarkEvents(b, session, subscribers)
			})
		}
	}
}

func benchmarkEvents(b *testing.B, session func() *runtime.Session, subscribers int) {
	const window = 256 // events the publisher is ahead at most
	ctx := context.Background()
	credit := make(chan struct{}, window)
	handle := func(_ context.Context, in *runtime.Values) error {
		if in.Int("n", 0)%int64(subscribers) == 0 {
			<-credit
		}
		return in.Err()
	}
	var all []*runtime.Subscription
	for i := range subscribers {
		s := session()
		first := i == 0
		sub, err := s.SubscribeTopics(ctx, []runtime.TopicHandler{{Topic: &tickTopic, Handle: func(ctx context.Context, in *runtime.Values) error {
			if first {
				return handle(ctx, in)
			}
			in.Int("n", 0)
			return in.Err()
		}}})
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, sub)
	}
	publisher := session()
	b.ReportAllocs()
	b.ResetTimer()
	for n := 0; n < b.N; n += subscribers {
		credit <- struct{}{}
		args := runtime.NewArgs()
		args.Int(int64(n))
		if err := publisher.PublishTopic(ctx, &tickTopic, args); err != nil {
			b.Fatal(err)
		}
	}
	for range window { // until the first subscriber has had all of them
		credit <- struct{}{}
	}
	b.StopTimer()
	for _, sub := range all {
		if sub.Dropped() > 0 {
			b.Errorf("%d events were dropped", sub.Dropped())
		}
	}
}

// BenchmarkInterceptedCall is BenchmarkCall/pipe/sequential with one interceptor on either side that does nothing.
func BenchmarkInterceptedCall(b *testing.B) {
	nothing := runtime.WithInterceptors(
		runtime.CallInterceptor(func(next runtime.CallFunc) runtime.CallFunc { return next }),
		runtime.InvocationInterceptor(func(next runtime.InvocationFunc) runtime.InvocationFunc { return next }),
	)
	r := wamptest.New(b)
	registerAdd(b, r.Session(b, nothing))
	benchmarkCalls(b, runtime.NewClient(r.Session(b, nothing)), 1)
}
