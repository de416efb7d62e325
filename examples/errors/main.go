// Command errors shows what becomes of Go errors on their way over the wire:
// declared ones arrive as what they were, others keep what is inside to themselves.
//
//	go run ./examples/errors
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/wampkit/wampkit/examples/errors/vault"
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
	callee, err := s.Join(ctx, runtime.WithLogger(slog.New(slog.DiscardHandler))) // it logs what it does not tell callers
	if err != nil {
		return err
	}
	if _, err := vault.RegisterVault(ctx, callee, vault.NewKeeper()); err != nil {
		return err
	}
	caller, err := s.Join(ctx)
	if err != nil {
		return err
	}
	client := vault.NewVaultClient(caller)
	if err := declared(ctx, s, client); err != nil {
		return err
	}
	if err := undeclared(ctx, s, client); err != nil {
		return err
	}
	return protocol(ctx, s, client, caller)
}

// declared errors are told apart with errors.As and errors.Is, as if there were no wire.
func declared(ctx context.Context, s *stage.Stage, client vault.Vault) error {
	s.Heading("Declared errors")

	_, err := client.Withdraw(ctx, "ada", 620)
	var insufficient *vault.Insufficient
	if !errors.As(err, &insufficient) {
		return fmt.Errorf("want Insufficient, got %v", err)
	}
	s.Say("a struct    errors.As  *vault.Insufficient{Missing: %d}", insufficient.Missing)

	_, err = client.Withdraw(ctx, "eve", 1)
	if !errors.Is(err, vault.ErrFrozen) {
		return fmt.Errorf("want ErrFrozen, got %v", err)
	}
	s.Say("a sentinel  errors.Is  vault.ErrFrozen")

	_, err = client.Withdraw(ctx, "zoe", 1)
	var remote *wamp.Error
	if !errors.As(err, &remote) {
		return fmt.Errorf("want a *wamp.Error, got %v", err)
	}
	s.Say("any error   errors.As  *wamp.Error{URI: %q}: %v", remote.URI, err)
	return nil
}

// undeclared errors arrive as wamp.error.runtime_error: the file name stays in the callee's log.
func undeclared(ctx context.Context, s *stage.Stage, client vault.Vault) error {
	s.Heading("Everything else")
	_, err := client.Withdraw(ctx, "eve", 600_000)
	if !errors.Is(err, wamp.ErrRuntimeError) {
		return fmt.Errorf("want %s, got %v", wamp.ErrRuntimeError, err)
	}
	s.Say("a broken disk at the callee's: %v", err)
	return nil
}

// protocol errors come from the router, or from the clock.
func protocol(ctx context.Context, s *stage.Stage, client *vault.VaultClient, session *runtime.Session) error {
	s.Heading("Errors of the protocol")

	if _, err := session.Call(ctx, "com.example.vault.v1.rob"); !errors.Is(err, wamp.ErrNoSuchProcedure) {
		return fmt.Errorf("want %s, got %v", wamp.ErrNoSuchProcedure, err)
	}
	s.Say("nobody serves it    errors.Is  %s", wamp.ErrNoSuchProcedure)

	if _, err := session.Call(ctx, vault.VaultWithdrawURI, "ada", "a lot"); !errors.Is(err, wamp.ErrInvalidArgument) {
		return fmt.Errorf("want %s, got %v", wamp.ErrInvalidArgument, err)
	}
	s.Say("not its arguments   errors.Is  %s", wamp.ErrInvalidArgument)

	impatient, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if err := client.Audit(impatient); !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("want %v, got %v", context.DeadlineExceeded, err)
	}
	s.Say("it took too long    errors.Is  context.DeadlineExceeded")
	return nil
}
