package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// The snippets of docs/resilience.md stand in these examples.

func ExampleWithReconnect() {
	r := router.New(router.Config{})
	defer r.Shutdown(context.Background())
	var conn transport.Conn
	connect := func(context.Context) (transport.Conn, error) { // elsewhere: runtime.Dial, which knows the URL
		conn = r.Connect(wamp.CBOR)
		return conn, nil
	}
	_, _ = connect(context.Background())
	ctx := context.Background()

	connected := make(chan runtime.StateChange, 10)
	session, err := runtime.Join(ctx, conn, "realm1",
		runtime.WithReconnect(runtime.ReconnectPolicy{Connect: connect, Backoff: runtime.Backoff{Min: time.Millisecond}, TakeOver: true}),
		runtime.WithLogger(slog.New(slog.DiscardHandler)),
		runtime.WithStateHandler(func(change runtime.StateChange) {
			if change.State == runtime.StateConnected {
				connected <- change
			}
		}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	_, err = session.Register(ctx, "com.acme.echo", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) { return in, nil })
	if err != nil {
		fmt.Println(err)
		return
	}

	first := <-connected
	_ = conn.Close() // the connection is lost
	second := <-connected
	fmt.Println("another session:", first.Session != second.Session)
	result, err := session.Call(ctx, "com.acme.echo", "still there")
	fmt.Println(result.Args, err)
	// Output:
	// another session: true
	// [still there] <nil>
}

// dial is how a program connects that wants to stay connected.
func dial(ctx context.Context, url string, connected func(bool)) (*runtime.Session, error) {
	return runtime.Dial(ctx, url, "realm1",
		runtime.WithReconnect(runtime.DefaultReconnect()),
		runtime.WithStateHandler(func(change runtime.StateChange) {
			connected(change.State == runtime.StateConnected)
		}))
}

// dialTuned says how.
func dialTuned(ctx context.Context, url string) (*runtime.Session, error) {
	return runtime.Dial(ctx, url, "realm1", runtime.WithReconnect(runtime.ReconnectPolicy{
		Backoff:     runtime.Backoff{Min: time.Second, Max: time.Minute},
		MaxAttempts: 20,
		KeepDialing: true, // the first time, too, until ctx ends
		TakeOver:    true, // take procedures back from the session that was lost
		GiveUp: func(err error) bool { // realms come later here
			return runtime.CannotMend(err) && !errors.Is(err, wamp.ErrNoSuchRealm)
		},
	}))
}

// withdraw calls something that must not be done twice.
func withdraw(ctx context.Context, session *runtime.Session, amount int) error {
	_, err := session.Call(ctx, "com.acme.account.withdraw", amount)
	switch {
	case errors.Is(err, runtime.ErrSessionLost):
		return fmt.Errorf("it may have been done, or not: %w", err)
	case errors.Is(err, runtime.ErrDisconnected):
		return fmt.Errorf("it was not done: %w", err)
	}
	return err
}

func ExampleWithRetry() {
	connect, stop := local()
	defer stop()
	session := connect()
	defer session.Close()
	ctx := context.Background()
	attempts := 0
	_, err := session.Register(ctx, "com.acme.flaky", func(context.Context, *runtime.Result) (*runtime.Result, error) {
		if attempts++; attempts < 3 {
			return nil, wamp.NewError(wamp.ErrUnavailable, "not now")
		}
		return runtime.NewResult("done"), nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx, _ = runtime.NewCallContext(ctx,
		runtime.WithIdempotent(true), // which an annotation says of generated code
		runtime.WithRetry(runtime.RetryPolicy{Attempts: 5, Backoff: runtime.Backoff{Min: 10 * time.Millisecond}}))
	result, err := session.Call(ctx, "com.acme.flaky")
	fmt.Println(result.Args, err, attempts)
	// Output: [done] <nil> 3
}

func ExampleWithQueue() {
	connect, stop := local()
	defer stop()
	session := connect()
	defer session.Close()
	show := func(context.Context, *runtime.Result) error { return nil }

	sub, err := session.Subscribe(context.Background(), "com.acme.price", show,
		runtime.WithQueue(100, runtime.DropOldest)) // the newest prices matter
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sub.Dropped(), "events lost")
	// Output: 0 events lost
}

// Compiled, not run: there is no router at a URL.
var _, _, _ = dial, dialTuned, withdraw
