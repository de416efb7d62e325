package wampgen_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/described"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/embedding"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/forms"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/inventory"
)

func TestAMockRunsItsFunctionsAndRemembersCalls(t *testing.T) {
	mock := &inventory.InventoryMock{
		ReserveFunc: func(_ context.Context, sku string, quantity int) (string, int, error) {
			if quantity > 2 {
				return "", 0, &inventory.OutOfStock{SKU: sku, Left: 2}
			}
			return sku + "-1", 2 - quantity, nil
		},
	}
	id, left, err := mock.Reserve(t.Context(), "tea", 1)
	check(t, "Reserve", err, spaced(id, left), "tea-1 1")
	var outOfStock *inventory.OutOfStock
	if _, _, err := mock.Reserve(t.Context(), "tea", 3); !errors.As(err, &outOfStock) {
		t.Errorf("got %v", err)
	}
	want := []inventory.InventoryMockReserveCall{{Ctx: t.Context(), Sku: "tea", Quantity: 1}, {Ctx: t.Context(), Sku: "tea", Quantity: 3}}
	if got := mock.ReserveCalls(); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if len(mock.AddCalls()) != 0 {
		t.Error("Add was never called")
	}
}

// A mock is an implementation like any other: it can be served.
func TestAMockCanBeServed(t *testing.T) {
	router := wamptest.New(t)
	mock := &inventory.InventoryMock{AddFunc: func(_ context.Context, req inventory.AddRequest) (*inventory.Item, error) {
		return &inventory.Item{SKU: req.SKU, Quantity: req.Quantity}, nil
	}}
	if _, err := inventory.RegisterInventory(t.Context(), router.Session(t), mock); err != nil {
		t.Fatal(err)
	}
	got, err := inventory.NewInventoryClient(router.Session(t)).Add(t.Context(), inventory.AddRequest{SKU: "tea", Quantity: 4})
	check(t, "Add", err, got, &inventory.Item{SKU: "tea", Quantity: 4})
	if calls := mock.AddCalls(); len(calls) != 1 || calls[0].Req.SKU != "tea" {
		t.Errorf("got %v", calls)
	}
}

func TestAFunctionThatIsNotSetPanics(t *testing.T) {
	mock := new(inventory.InventoryEventsMock)
	defer func() {
		if got, want := recover(), "inventory.InventoryEventsMock: Added was called, but AddedFunc is not set"; got != want {
			t.Errorf("got %v, want %v", got, want)
		}
		if len(mock.AddedCalls()) != 1 {
			t.Error("the call was not remembered")
		}
	}()
	_ = mock.Added(t.Context(), &inventory.Item{SKU: "tea"})
}

func TestAMockOfTopicsListens(t *testing.T) {
	router := wamptest.New(t)
	heard := make(chan struct{})
	mock := &inventory.InventoryEventsMock{StockChangedFunc: func(context.Context, string, int) error {
		close(heard)
		return nil
	}}
	if _, err := inventory.SubscribeInventoryEvents(t.Context(), router.Session(t), mock); err != nil {
		t.Fatal(err)
	}
	if err := inventory.NewInventoryEventsPublisher(router.Session(t)).StockChanged(t.Context(), "tea", 3); err != nil {
		t.Fatal(err)
	}
	<-heard
	if calls := mock.StockChangedCalls(); len(calls) != 1 || calls[0].Sku != "tea" || calls[0].Left != 3 {
		t.Errorf("got %v", calls)
	}
}

// Every shape of parameters is recorded: variadic, unnamed, blank, embedded.
func TestMocksOfOtherShapes(t *testing.T) {
	shapes := &forms.FormsMock{
		VariadicFunc: func(_ context.Context, prefix string, words ...string) ([]string, error) {
			return append([]string{prefix}, words...), nil
		},
		UnnamedFunc: func(_ context.Context, n int, s string) (int, string, error) { return n, s, nil },
	}
	words, err := shapes.Variadic(t.Context(), "a", "b", "c")
	check(t, "Variadic", err, words, []string{"a", "b", "c"})
	if diff := cmp.Diff([]string{"b", "c"}, shapes.VariadicCalls()[0].Words); diff != "" {
		t.Error(diff)
	}
	n, s, err := shapes.Unnamed(t.Context(), 1, "x")
	check(t, "Unnamed", err, spaced(n, s), "1 x")
	if call := shapes.UnnamedCalls()[0]; call.Arg1 != 1 || call.Arg2 != "x" {
		t.Errorf("got %+v", call)
	}
	var _ embedding.Users = (*embedding.UsersMock)(nil)
}

func TestMocksMayBeCalledByManyGoroutines(t *testing.T) {
	mock := &inventory.InventoryMock{CloseFunc: func(context.Context) error { return nil }}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			_ = mock.Close(t.Context())
			mock.CloseCalls()
		})
	}
	group.Wait()
	if n := len(mock.CloseCalls()); n != 20 {
		t.Errorf("%d calls", n)
	}
}

// Streams are functions like any others, over the wire as well.
func TestMocksOfStreams(t *testing.T) {
	router := wamptest.New(t)
	mock := &described.StoreMock{
		GrepFunc: func(_ context.Context, path, pattern string) iter.Seq2[described.Line, error] {
			return func(yield func(described.Line, error) bool) { yield(described.Line{Text: path + ":" + pattern}, nil) }
		},
		ImportFunc: func(_ context.Context, _ int, progress func(float64) error, items iter.Seq2[described.Item, error]) (count int, err error) {
			for _, err := range items {
				if err != nil {
					return count, err
				}
				count++
				if err := progress(float64(count)); err != nil {
					return count, err
				}
			}
			return count, nil
		},
	}
	if _, err := described.RegisterStore(t.Context(), router.Session(t), mock); err != nil {
		t.Fatal(err)
	}
	client := described.NewStoreClient(router.Session(t))
	for line, err := range client.Grep(t.Context(), "var.log", "x") {
		check(t, "Grep", err, line.Text, "var.log:x")
	}
	var progress []float64
	count, err := client.Import(t.Context(), 7, func(percent float64) error {
		progress = append(progress, percent)
		return nil
	}, func(yield func(described.Item, error) bool) {
		_ = yield(described.Item{ID: "tea-1"}, nil) && yield(described.Item{ID: "tea-2"}, nil)
	})
	check(t, "Import", err, count, 2)
	if !slices.Equal(progress, []float64{1, 2}) {
		t.Errorf("progress %v", progress)
	}
	if calls := mock.ImportCalls(); len(calls) != 1 || calls[0].Shelf != 7 || calls[0].Items == nil {
		t.Errorf("got %v", calls)
	}
}
