package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// local is a router inside this process, so that the examples need no other.
func local() (connect func() *runtime.Session, stop func()) {
	r := router.New(router.Config{})
	connect = func() *runtime.Session {
		s, err := runtime.Join(context.Background(), r.Connect(wamp.CBOR), "realm1")
		if err != nil {
			panic(err)
		}
		return s
	}
	return connect, func() { _ = r.Shutdown(context.Background()) }
}

func Example() {
	connect, stop := local() // elsewhere: runtime.Dial(ctx, "ws://127.0.0.1:8080/ws", "realm1")
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	service := connect()
	defer service.Close()
	_, err := service.Register(ctx, "com.acme.add", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) {
		var a, b int
		if err := in.Decode(&a, &b); err != nil {
			return nil, err
		}
		return runtime.NewResult(a + b), nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	client := connect()
	defer client.Close()
	sum, err := client.Call(ctx, "com.acme.add", 2, 3)
	fmt.Println(sum.Args, err)

	_, err = client.Call(ctx, "com.acme.subtract", 2, 3)
	fmt.Println(errors.Is(err, wamp.ErrNoSuchProcedure))
	// Output:
	// [5] <nil>
	// true
}

func ExampleSession_Subscribe() {
	connect, stop := local()
	defer stop()
	ctx := context.Background()

	listener := connect()
	defer listener.Close()
	heard := make(chan struct{})
	sub, err := listener.Subscribe(ctx, "com.acme.", func(ctx context.Context, in *runtime.Result) error {
		event, _ := runtime.EventFrom(ctx)
		fmt.Println(event.Topic, in.Args, in.Kwargs)
		close(heard)
		return nil
	}, runtime.WithMatch(wamp.MatchPrefix))
	if err != nil {
		fmt.Println(err)
		return
	}

	publisher := connect()
	defer publisher.Close()
	publishing, _ := runtime.NewPublishContext(ctx, runtime.WithKeywords(map[string]any{"unit": "°C"}))
	if err := publisher.Publish(publishing, "com.acme.temperature", 21.5); err != nil {
		fmt.Println(err)
	}
	<-heard
	fmt.Println(sub.Unsubscribe(ctx))
	// Output:
	// com.acme.temperature [21.5] map[unit:°C]
	// <nil>
}

func ExampleNewCallContext() {
	connect, stop := local()
	defer stop()
	s := connect()
	defer s.Close()
	ctx := context.Background()
	_, err := s.Register(ctx, "com.acme.greet", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) {
		return runtime.NewResult(fmt.Sprint("Hello, ", in.Kwargs["name"])), nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	calling, info := runtime.NewCallContext(ctx, runtime.WithTimeout(time.Second),
		runtime.WithKeywords(map[string]any{"name": "Ada"}))
	greeting, err := s.Call(calling, "com.acme.greet")
	fmt.Println(greeting.Args, err, info.Request())
	// Output: [Hello, Ada] <nil> 2
}

func ExampleInvocationFrom() {
	connect, stop := local()
	defer stop()
	s := connect()
	defer s.Close()
	ctx := context.Background()
	_, err := s.Register(ctx, "com.acme.device..reset", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
		invocation, _ := runtime.InvocationFrom(ctx)
		return runtime.NewResult(invocation.Procedure), nil
	}, runtime.WithMatch(wamp.MatchWildcard))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := s.Call(ctx, "com.acme.device.x7.reset")
	fmt.Println(result.Args, err)
	// Output: [com.acme.device.x7.reset] <nil>
}
