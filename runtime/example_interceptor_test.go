package runtime_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// The snippets of docs/observability.md stand in these examples.

// adminsOnly refuses calls of everybody else, before anything is decoded.
var adminsOnly = runtime.InvocationInterceptor(func(next runtime.InvocationFunc) runtime.InvocationFunc {
	return func(ctx context.Context, call *runtime.IncomingCall) error {
		if strings.HasPrefix(string(call.URI), "com.acme.admin.") && call.Invocation.CallerAuthRole != "admin" {
			return wamp.NewError(wamp.ErrNotAuthorized, "for administrators")
		}
		return next(ctx, call)
	}
})

type tenantKey struct{}

// sendTenant and takeTenant carry a value of the context from caller to callee.
var sendTenant = runtime.CallInterceptor(func(next runtime.CallFunc) runtime.CallFunc {
	return func(ctx context.Context, call *runtime.OutgoingCall) error {
		if tenant, ok := ctx.Value(tenantKey{}).(string); ok {
			call.With(runtime.WithAttribute("_tenant", tenant))
		}
		return next(ctx, call)
	}
})

var takeTenant = runtime.InvocationInterceptor(func(next runtime.InvocationFunc) runtime.InvocationFunc {
	return func(ctx context.Context, call *runtime.IncomingCall) error {
		return next(context.WithValue(ctx, tenantKey{}, call.Attribute("_tenant")), call)
	}
})

func ExampleWithInterceptors() {
	r := router.New(router.Config{})
	defer r.Shutdown(context.Background())
	ctx := context.Background()

	session, err := runtime.Join(ctx, r.Connect(wamp.CBOR), "realm1",
		runtime.WithInterceptors(adminsOnly, sendTenant, takeTenant))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	_, err = session.Register(ctx, "com.acme.", func(ctx context.Context, _ *runtime.Result) (*runtime.Result, error) {
		return runtime.NewResult(ctx.Value(tenantKey{})), nil
	}, runtime.WithMatch(wamp.MatchPrefix))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := session.Call(context.WithValue(ctx, tenantKey{}, "blue"), "com.acme.whose")
	fmt.Println(result.Args, err)
	_, err = session.Call(ctx, "com.acme.admin.reset")
	fmt.Println(err)
	// Output:
	// [blue] <nil>
	// wamp.error.not_authorized: for administrators
}

func ExampleIntercept() {
	connect, stop := local()
	defer stop()
	session := connect()
	defer session.Close()
	ctx := context.Background()
	_, err := session.Register(ctx, "com.acme.echo", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) { return in, nil })
	if err != nil {
		fmt.Println(err)
		return
	}
	loud := runtime.CallInterceptor(func(next runtime.CallFunc) runtime.CallFunc {
		return func(ctx context.Context, call *runtime.OutgoingCall) error {
			err := next(ctx, call)
			fmt.Println(call.URI, call.Outcome(err))
			return err
		}
	})

	client := runtime.NewClient(session, runtime.Intercept(loud)) // generated constructors take the same options
	values, err := client.Call(ctx, &runtime.Procedure{URI: "com.acme.echo"}, runtime.NewArgs())
	if err != nil {
		fmt.Println(err)
		return
	}
	values.Close()
	// Output: com.acme.echo ok
}
