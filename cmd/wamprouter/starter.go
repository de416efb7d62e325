package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/wampkit/wampkit/cmd/wamprouter/config"
)

// starter is the command that writes a file to begin with.
type starter struct {
	File  string `arg:"" optional:"" default:"router.yaml" help:"The file to write, or - for standard output. Default: ${default}."`
	Force bool   `help:"Overwrite a file that exists."`
}

// Run writes the file. One that exists stays, unless Force says otherwise.
func (s *starter) Run(t terminal) error {
	if s.File == "-" {
		_, err := io.WriteString(t.out, config.Starter)
		return err
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if s.Force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	// Others need not read what is going to have secrets.
	f, err := os.OpenFile(s.File, flags, 0o640)
	if errors.Is(err, fs.ErrExist) {
		return usageError{fmt.Errorf("%s exists: choose another name, or overwrite it with --force", s.File)}
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, config.Starter)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "wrote %s; look at it, then run: wamprouter --config %s\n", s.File, s.File)
	return nil
}
