package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// serve is the command line, and what the command does.
type serve struct {
	Listen   []string         `placeholder:"URL" default:"ws://127.0.0.1:8080/ws" help:"Where to listen: ws://host:port/path, tcp://host:port or unix:///path. May be given several times. Port 0 is a free one. Default: ${default}."`
	Realm    []string         `placeholder:"NAME" default:"realm1" help:"A realm that everybody may join anonymously. May be given several times. Default: ${default}."`
	Strict   bool             `help:"Demand what the specification demands although deployed clients break it: request ids that count 1, 2, 3, …, URIs of lower-case letters, digits and _, and complete sets of features."`
	LogLevel string           `enum:"debug,info,warn,error" default:"info" help:"What to log to standard error: debug, info, warn or error. Default: ${default}."`
	Version  kong.VersionFlag `help:"Show the version and exit."`
}

// usageError is a mistake in the command line.
type usageError struct{ error }

// run serves until ctx is done.
func (s *serve) run(ctx context.Context, out, logs io.Writer) error {
	config, err := s.config(logs)
	if err != nil {
		return err
	}
	listeners, err := router.Listen(s.Listen...)
	if err != nil {
		return explain(err)
	}
	r := router.New(config)
	fmt.Fprintf(out, "wamprouter: serving %s on %s (WebSocket, RawSocket and long-poll; JSON, MsgPack, CBOR; anonymous)\n",
		strings.Join(s.Realm, ", "), strings.Join(addresses(s.Listen, listeners), ", "))
	return r.ServeAll(ctx, listeners...)
}

// config is what the flags say.
func (s *serve) config(logs io.Writer) (router.Config, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		return router.Config{}, usageError{err}
	}
	config := router.Config{
		Logger: slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: level})),
	}
	for _, name := range s.Realm {
		config.Realms = append(config.Realms, router.RealmConfig{
			Name:   wamp.URI(name),
			Strict: router.Strict{URIs: s.Strict, RequestIDs: s.Strict, Features: s.Strict},
		})
	}
	if err := config.Validate(); err != nil {
		return router.Config{}, usageError{err}
	}
	return config, nil
}

// explain adds what to do about a listener that cannot be opened.
func explain(err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%w: another program, perhaps another wamprouter, listens there; choose another address with --listen", err)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%w: ports below 1024 and foreign directories need more rights", err)
	}
	if op := (*net.OpError)(nil); !errors.As(err, &op) {
		return usageError{err} // the URL was not even tried
	}
	return err
}

// addresses are the URLs that were asked for, with the ports that were found.
func addresses(urls []string, listeners []net.Listener) []string {
	found := make([]string, len(urls))
	for i, asked := range urls {
		found[i] = asked
		if u, err := url.Parse(asked); err == nil && u.Port() == "0" {
			u.Host = listeners[i].Addr().String()
			found[i] = u.String()
		}
	}
	return found
}
