// Package inventory is what most services look like: several results, a
// request struct, declared errors and events.
package inventory

import (
	"context"
	"errors"
	"fmt"
)

// Inventory keeps stock.
//
//wamp:service com.acme.inventory version=v1
type Inventory interface {
	// Reserve takes items out of the stock.
	//wamp:procedure errors=OutOfStock,ErrClosed
	Reserve(ctx context.Context, sku string, quantity int) (id string, left int, err error)

	// Add puts items into the stock.
	Add(ctx context.Context, req AddRequest) (*Item, error)

	// Close ends the day.
	Close(ctx context.Context) error
}

// InventoryEvents tell of changes.
//
//wamp:topics com.acme.inventory version=v1
type InventoryEvents interface {
	// StockChanged tells how many items are left.
	//wamp:topic ack
	StockChanged(ctx context.Context, sku string, left int) error

	// Added tells of new items.
	Added(ctx context.Context, item *Item) error
}

// AddRequest says what is added.
type AddRequest struct {
	SKU      string            `json:"sku"`
	Quantity int               `json:"quantity"`
	Labels   map[string]string `json:"labels,omitempty"`
}

// Item is one kind of goods.
type Item struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// OutOfStock is the error for items that are not there.
//
//wamp:error com.acme.inventory.out_of_stock
type OutOfStock struct {
	SKU  string `json:"sku"`
	Left int    `json:"left"`
}

func (e *OutOfStock) Error() string { return fmt.Sprintf("only %d of %s left", e.Left, e.SKU) }

// Suspended is an error whose values are returned, not pointers to them.
//
//wamp:error com.acme.inventory.suspended
type Suspended struct {
	Until string `json:"until"`
}

func (e Suspended) Error() string { return "suspended until " + e.Until }

// ErrClosed is the error at the end of the day.
//
//wamp:error com.acme.inventory.closed
var ErrClosed = errors.New("the inventory is closed")
