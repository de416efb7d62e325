package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/wampkit/wampkit/cmd/wamprouter/config"
)

// check is the command that looks at a file.
type check struct {
	Config string `short:"c" placeholder:"FILE" required:"" help:"The configuration file."`
}

// Run says what the file would serve and what is dangerous about it, or what is wrong.
func (c *check) Run(t terminal) error {
	loaded, err := load(c.Config)
	if err != nil {
		return err
	}
	if _, err := loaded.Build(config.NewKept()); err != nil {
		return fileError{err}
	}
	for _, line := range loaded.Summary() {
		fmt.Fprintln(t.out, line)
	}
	for _, w := range loaded.Warnings() {
		fmt.Fprintf(t.errs, "%s: warning: %s\n", w.Where(), w.Message)
	}
	return nil
}

// schema is the command that writes the JSON Schema of configuration files.
type schema struct{}

// Run writes it to standard output.
func (*schema) Run(t terminal) error {
	_, err := io.WriteString(t.out, config.JSONSchema())
	return err
}

// reasonsOf are the problems of a file, if that is what an error is.
func reasonsOf(err error) (config.Problems, bool) {
	var problems config.Problems
	ok := errors.As(err, &problems)
	return problems, ok
}
