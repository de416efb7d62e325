// Package vault is a service that fails in every way a service can.
package vault

import (
	"context"
	"errors"
	"fmt"
)

//go:generate go run github.com/wampkit/wampkit/cmd/wampgen .

// Vault keeps money.
//
//wamp:service com.example.vault version=v1
type Vault interface {
	// Withdraw takes cents out of an account and returns what is left.
	//wamp:procedure errors=NoAccount,Insufficient,ErrFrozen
	Withdraw(ctx context.Context, account string, cents int) (left int, err error)

	// Audit takes longer than anybody would wait.
	Audit(ctx context.Context) error
}

// NoAccount is the error for an account that does not exist.
//
//wamp:error com.example.vault.no_account
type NoAccount struct {
	Account string `json:"account"`
}

func (e *NoAccount) Error() string { return fmt.Sprintf("there is no account %q", e.Account) }

// Insufficient is the error for taking more than there is.
//
//wamp:error com.example.vault.insufficient
type Insufficient struct {
	Missing int `json:"missing"`
}

func (e *Insufficient) Error() string { return fmt.Sprintf("%d cents are missing", e.Missing) }

// ErrFrozen is the error for an account that nobody may touch.
//
//wamp:error com.example.vault.frozen
var ErrFrozen = errors.New("the account is frozen")
