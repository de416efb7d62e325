package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"syscall"

	"github.com/wampkit/wampkit/cmd/wamprouter/config"
)

// serve is the command that routes.
type serve struct {
	Config   string   `short:"c" placeholder:"FILE" xor:"listen,realm,strict" help:"The configuration file. It says everything, so that no other flag but --log-level goes with it."`
	Listen   []string `placeholder:"URL" xor:"listen" help:"Where to listen: ws://host:port/path, tcp://host:port or unix:///path?mode=0660. May be given several times. Port 0 is a free one. Default: ws://127.0.0.1:8080/ws."`
	Realm    []string `placeholder:"NAME" xor:"realm" help:"A realm that everybody may join anonymously. May be given several times. Default: realm1."`
	Strict   bool     `xor:"strict" help:"Demand what the specification demands although deployed clients break it: request ids that count 1, 2, 3, …, URIs of lower-case letters, digits and _, and complete sets of features."`
	LogLevel string   `placeholder:"LEVEL" enum:",debug,info,warn,error" default:"" help:"What to log to standard error: debug, info, warn or error, also in place of what the file says. Default: info."`
}

// Run serves until a signal comes.
func (s *serve) Run(t terminal) error {
	loaded, err := s.load()
	if err != nil {
		return err
	}
	logs := newLogWriter(t.errs)
	defer logs.close()
	d, err := newDaemon(loaded, s.load, s.level, logs)
	if err != nil {
		return explain(err, s.Config)
	}
	d.warn(loaded, true)
	fmt.Fprintln(t.out, d.greeting())
	return d.run(t.signals)
}

// load reads what the flags, or the file that they name, say.
func (s *serve) load() (*config.Loaded, error) {
	if s.Config != "" {
		return load(s.Config)
	}
	loaded, err := config.FromFlags(s.Listen, s.Realm, s.Strict)
	if err != nil {
		return nil, usageError{err}
	}
	return loaded, nil
}

// load reads a configuration file.
func load(name string) (*config.Loaded, error) {
	loaded, err := config.Load(name)
	if err != nil {
		return nil, fileError{err}
	}
	return loaded, nil
}

// level is what to log.
func (s *serve) level(loaded *config.Loaded) slog.Level {
	if s.LogLevel == "" {
		return loaded.LogLevel()
	}
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel)) // it was checked
	return level
}

// explain adds what to do about a listener that cannot be opened.
func explain(err error, file string) error {
	where := "--listen"
	if file != "" {
		where = "listen in " + file
	}
	op := (*net.OpError)(nil)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%w: another program, perhaps another wamprouter, listens there; choose another address with %s", err, where)
	case errors.Is(err, os.ErrPermission) && errors.As(err, &op):
		return fmt.Errorf("%w: ports below 1024 and foreign directories need more rights", err)
	}
	return err
}
