package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/wampgen"
)

type lock struct {
	Check bool `help:"Change nothing; exit code 1 if the file is out of date."`
	source
}

// Help is the longer text of wampgen lock --help.
func (l *lock) Help() string {
	return `Writes the catalogs of the packages' services to wamp.lock.json in the working
directory, without documentation, for wampgen breaking to compare with. Commit it.

    go tool wampgen lock ./...       once
    go tool wampgen breaking         before each release: what breaks peers?
    go tool wampgen lock             with the release; the file knows its packages`
}

// Run writes the lock file.
func (l *lock) Run(ctx context.Context, std streams) error {
	before, err := os.ReadFile(schema.LockFileName)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(l.Packages) == 0 && len(before) > 0 {
		old, err := schema.ParseLock(before)
		if err != nil {
			return fmt.Errorf("%s: %w", schema.LockFileName, err)
		}
		l.Packages = old.Packages
	}
	current, err := l.current(ctx, std)
	if err != nil {
		return err
	}
	document, err := current.Marshal()
	switch {
	case err != nil:
		return err
	case bytes.Equal(before, document):
		return nil
	case l.Check:
		fmt.Fprintf(std.err, "%s: out of date: run wampgen lock\n", schema.LockFileName)
		return exitStatus(exitDrift)
	case len(current.Services) == 0:
		return errors.New("no service or topics are annotated in these packages: there is nothing to lock")
	}
	return wampgen.WriteFile(schema.LockFileName, document)
}

// current locks the services as they are in the source.
func (s *source) current(ctx context.Context, std streams) (*schema.Lock, error) {
	descriptions, err := s.describe(ctx, std)
	if err != nil {
		return nil, err
	}
	result := &schema.Lock{Packages: s.Packages}
	if len(result.Packages) == 0 {
		result.Packages = []string{"."}
	}
	for _, d := range descriptions {
		result.Services = append(result.Services, schema.LockedService{Interface: d.Package + "." + d.Interface, Catalog: d.Catalog})
	}
	return result, nil
}
