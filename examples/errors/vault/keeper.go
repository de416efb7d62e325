package vault

import (
	"context"
	"errors"
	"fmt"
)

// Keeper implements [Vault]. It does not know of WAMP, and returns errors as Go code does.
type Keeper struct {
	accounts map[string]int
}

// NewKeeper returns a keeper of a few accounts.
func NewKeeper() *Keeper { return &Keeper{map[string]int{"ada": 500, "bob": 20, "eve": 1_000_000}} }

// errDisk is nobody's business but the operator's.
var errDisk = errors.New("/var/vault/eve.db: input/output error")

// Withdraw implements [Vault].
func (k *Keeper) Withdraw(_ context.Context, account string, cents int) (left int, err error) {
	balance, ok := k.accounts[account]
	switch {
	case !ok:
		return 0, &NoAccount{account}
	case account == "eve" && cents > balance/2:
		return 0, fmt.Errorf("withdraw from %s: %w", account, errDisk)
	case account == "eve":
		return 0, fmt.Errorf("withdraw from %s: %w", account, ErrFrozen)
	case cents > balance:
		return 0, fmt.Errorf("withdraw from %s: %w", account, &Insufficient{cents - balance})
	}
	return balance - cents, nil
}

// Audit implements [Vault]: it waits until the caller has had enough.
func (k *Keeper) Audit(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
