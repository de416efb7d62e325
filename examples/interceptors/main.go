// Command interceptors shows what stands around calls: logs, traces that span three
// processes, metrics, and a guard of our own.
//
//	go run ./examples/interceptors
package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/wampkit/wampkit/examples/interceptors/market"
	"github.com/wampkit/wampkit/examples/internal/stage"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

func main() { stage.Main(run) }

func run(ctx context.Context, out io.Writer) error {
	s, err := stage.Open(out)
	if err != nil {
		return err
	}
	defer s.Close()

	// Three programs, as far as anybody can tell: each has its own log, tracer and metrics.
	trace := newTrace()
	customer, shop, stock := newProgram("customer", trace), newProgram("shop", trace), newProgram("stock", trace)
	stockSession, err := s.Join(ctx, stock.observed()...)
	if err != nil {
		return err
	}
	cellar := &market.Cellar{Goods: map[string]int{"tea": 5, "wine": 100}}
	// The guard stands inside of what the session has: what it refuses is logged and traced, too.
	if _, err := market.RegisterStock(ctx, stockSession, cellar, runtime.Intercept(guard("wine"))); err != nil {
		return err
	}
	shopSession, err := s.Join(ctx, shop.observed()...)
	if err != nil {
		return err
	}
	if _, err := market.RegisterShop(ctx, shopSession, &market.Corner{Stock: market.NewStockClient(shopSession)}); err != nil {
		return err
	}
	customerSession, err := s.Join(ctx, customer.observed()...)
	if err != nil {
		return err
	}

	if err := buy(ctx, s, market.NewShopClient(customerSession)); err != nil {
		return err
	}
	if err := trace.wait(ctx, 4*orders); err != nil { // caller and callee of the shop and of the stock
		return err
	}
	for _, p := range []*program{customer, shop, stock} {
		s.Heading("The log of the " + p.name)
		p.printLog(s)
	}
	s.Heading("The first trace")
	trace.print(s)
	s.Heading("Metrics of the shop, for Prometheus")
	return shop.printMetrics(s)
}

const orders = 3

// buy makes a call that succeeds, one that fails, and one that the guard refuses.
func buy(ctx context.Context, s *stage.Stage, shop market.Shop) error {
	s.Heading("Orders")
	price, err := shop.Order(ctx, "tea", 4)
	if err != nil {
		return err
	}
	s.Say("4 tea:   %d coins", price)

	_, err = shop.Order(ctx, "tea", 4)
	var remote *wamp.Error
	if !errors.As(err, &remote) {
		return fmt.Errorf("want an error, got %v", err)
	}
	s.Say("4 more:  %s", remote.URI)

	_, err = shop.Order(ctx, "wine", 1)
	if !errors.As(err, &remote) {
		return fmt.Errorf("want an error, got %v", err)
	}
	s.Say("1 wine:  %s", remote.URI)
	return nil
}

// guard refuses orders of an item before any argument is decoded into its type.
func guard(item string) runtime.InvocationInterceptor {
	return func(next runtime.InvocationFunc) runtime.InvocationFunc {
		return func(ctx context.Context, in *runtime.IncomingCall) error {
			if mentions(in.Payload(), item) {
				return wamp.NewError("com.example.minors_only", "no %s is sold here", item)
			}
			return next(ctx, in)
		}
	}
}
