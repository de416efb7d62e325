package market

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Corner implements [Shop] with the goods of a [Stock].
type Corner struct {
	Stock Stock
}

// Order implements [Shop].
func (c *Corner) Order(ctx context.Context, item string, n int) (price int, err error) {
	var soldOut *SoldOut
	switch _, err := c.Stock.Take(ctx, item, n); {
	case errors.As(err, &soldOut):
		return 0, soldOut // our own word for it: what others say is not passed on as it is
	case err != nil:
		return 0, fmt.Errorf("order %s: %w", item, err)
	}
	return 3 * n, nil
}

// Cellar implements [Stock].
type Cellar struct {
	mu    sync.Mutex
	Goods map[string]int // guarded by mu once it is served
}

// Take implements [Stock].
func (c *Cellar) Take(_ context.Context, item string, n int) (left int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Goods[item] < n {
		return 0, &SoldOut{item}
	}
	c.Goods[item] -= n
	return c.Goods[item], nil
}
