// Package market has a service that calls another one.
package market

import (
	"context"
	"fmt"
)

//go:generate go run github.com/wampkit/wampkit/cmd/wampgen .

// Shop sells.
//
//wamp:service com.example.shop
type Shop interface {
	// Order buys something.
	Order(ctx context.Context, item string, n int) (price int, err error)
}

// Stock has what the shop sells.
//
//wamp:service com.example.stock
type Stock interface {
	// Take takes something out of the stock and returns how many are left.
	Take(ctx context.Context, item string, n int) (left int, err error)
}

// SoldOut is the error for things that are not there.
//
//wamp:error com.example.stock.sold_out
type SoldOut struct {
	Item string `json:"item"`
}

func (e *SoldOut) Error() string { return fmt.Sprintf("%s is sold out", e.Item) }
