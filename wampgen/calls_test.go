package wampgen_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/inventory"
)

// onEverySerializer runs a test with two sessions of one router, for each serializer.
func onEverySerializer(t *testing.T, test func(t *testing.T, service, client *runtime.Session)) {
	for _, format := range []wamp.Format{wamp.CBOR, wamp.MsgPack, wamp.JSON} {
		t.Run(format.String(), func(t *testing.T) {
			router := wamptest.New(t, wamptest.WithSerializer(format))
			test(t, router.Session(t), router.Session(t))
		})
	}
}

// check fails the test for an error, and for a difference.
func check[T any](t *testing.T, what string, err error, got, want T) {
	t.Helper()
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// next takes what comes next, and fails the test if nothing does.
func next[T any, C ~chan T](t *testing.T, c C) (value T) {
	t.Helper()
	select {
	case value = <-c:
	case <-time.After(20 * time.Second):
		t.Error("nothing comes")
	}
	return value
}

// spaced prints values with blanks between them.
func spaced(values ...any) string { return strings.TrimSpace(fmt.Sprintln(values...)) }

// store implements Inventory.
type store struct {
	stock  map[string]int
	closed bool
	events inventory.InventoryEvents
}

func (s *store) Reserve(_ context.Context, sku string, quantity int) (string, int, error) {
	switch {
	case s.closed:
		return "", 0, fmt.Errorf("reserve: %w", inventory.ErrClosed)
	case s.stock[sku] < quantity:
		return "", 0, fmt.Errorf("reserve: %w", &inventory.OutOfStock{SKU: sku, Left: s.stock[sku]})
	}
	s.stock[sku] -= quantity
	return sku + "-1", s.stock[sku], nil
}

func (s *store) Add(ctx context.Context, req inventory.AddRequest) (*inventory.Item, error) {
	switch req.SKU {
	case "":
		return nil, inventory.Suspended{Until: "noon"}
	case "nothing":
		return nil, nil
	}
	s.stock[req.SKU] += req.Quantity
	item := &inventory.Item{SKU: req.SKU, Quantity: s.stock[req.SKU]}
	return item, errors.Join(s.events.Added(ctx, item), s.events.StockChanged(ctx, req.SKU, item.Quantity))
}

func (s *store) Close(context.Context) error {
	s.closed = true
	return nil
}

// heard implements InventoryEvents and keeps what it hears.
type heard struct {
	changes chan string
}

func (h *heard) StockChanged(_ context.Context, sku string, left int) error {
	h.changes <- fmt.Sprintf("changed %s %d", sku, left)
	return nil
}

func (h *heard) Added(_ context.Context, item *inventory.Item) error {
	h.changes <- fmt.Sprintf("added %s %d", item.SKU, item.Quantity)
	return nil
}

func TestServiceIsCalled(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		ctx := t.Context()
		impl := &store{stock: map[string]int{"nut": 10}, events: inventory.NewInventoryEventsPublisher(service)}
		registration, err := inventory.RegisterInventory(ctx, service, impl)
		if err != nil {
			t.Fatal(err)
		}
		h := &heard{make(chan string, 4)}
		if _, err := inventory.SubscribeInventoryEvents(ctx, session, h); err != nil {
			t.Fatal(err)
		}
		client := inventory.NewInventoryClient(session)

		id, left, err := client.Reserve(ctx, "nut", 3)
		check(t, "Reserve", err, spaced(id, left), "nut-1 7")
		item, err := client.Add(ctx, inventory.AddRequest{SKU: "bolt", Quantity: 2, Labels: map[string]string{"a": "b"}})
		check(t, "Add", err, item, &inventory.Item{SKU: "bolt", Quantity: 2})
		check(t, "first event", nil, <-h.changes, "added bolt 2")
		check(t, "second event", nil, <-h.changes, "changed bolt 2")
		item, err = client.Add(ctx, inventory.AddRequest{SKU: "nothing"})
		check(t, "a nil result", err, item, nil)

		testErrors(t, client)

		if err := registration.Unregister(ctx); err != nil {
			t.Error(err)
		}
		if err := client.Close(ctx); !errors.Is(err, wamp.ErrNoSuchProcedure) {
			t.Errorf("after Unregister: %v", err)
		}
	})
}

func testErrors(t *testing.T, client *inventory.InventoryClient) {
	ctx := t.Context()
	_, _, err := client.Reserve(ctx, "nut", 100)
	var outOfStock *inventory.OutOfStock
	if !errors.As(err, &outOfStock) || *outOfStock != (inventory.OutOfStock{SKU: "nut", Left: 7}) {
		t.Errorf("a declared struct: %v, %+v", err, outOfStock)
	}
	_, err = client.Add(ctx, inventory.AddRequest{})
	var suspended inventory.Suspended
	if !errors.As(err, &suspended) || suspended.Until != "noon" {
		t.Errorf("a declared struct returned by value: %v, %+v", err, suspended)
	}
	if err := client.Close(ctx); err != nil {
		t.Error(err)
	}
	if _, _, err := client.Reserve(ctx, "nut", 1); !errors.Is(err, inventory.ErrClosed) {
		t.Errorf("a sentinel: %v", err)
	}
}

func TestOneTopicIsSubscribed(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		got := make(chan string, 1)
		subscription, err := inventory.SubscribeInventoryEventsStockChanged(t.Context(), session, func(_ context.Context, sku string, left int) error {
			got <- spaced(sku, left)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		publisher := inventory.NewInventoryEventsPublisher(service).With()
		if err := publisher.StockChanged(t.Context(), "nut", 7); err != nil {
			t.Fatal(err)
		}
		check(t, "event", nil, <-got, "nut 7")
		if err := subscription.Unsubscribe(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestUnimplementedFails(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		if _, err := inventory.RegisterInventory(t.Context(), service, inventory.UnimplementedInventory{}); err != nil {
			t.Fatal(err)
		}
		err := inventory.NewInventoryClient(session).Close(t.Context())
		if !errors.Is(err, wamp.ErrNoSuchProcedure) {
			t.Errorf("got %v", err)
		}
	})
}
