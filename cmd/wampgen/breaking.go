package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/schema/compat"
)

type breaking struct {
	Against string `default:"wamp.lock.json" placeholder:"FILE|git:REV" help:"What to compare with: a lock file, a catalog, or the lock file of a git revision, such as git:v1.2.0."`
	source
}

// Help is the longer text of wampgen breaking --help.
func (b *breaking) Help() string {
	return `Compares the services in the source with what was locked, and says what breaks
peers that were built from the locked version: what and where, whom it breaks and
why, and what to do instead. Rules: wampgen explain, docs/schemas.md.

    go tool wampgen breaking                     against wamp.lock.json
    go tool wampgen breaking -against git:main   against what main has locked
    go tool wampgen breaking -json ./device      an object a line; only this package

Without packages, those that were locked are compared. Exit codes: 0 nothing breaks,
1 something does, 2 an error.`
}

// Run compares and reports.
func (b *breaking) Run(ctx context.Context, std streams) error {
	old, err := b.locked(ctx)
	if err != nil {
		return err
	}
	partly := len(b.Packages) > 0 && !slices.Equal(b.Packages, old.Packages)
	if len(b.Packages) == 0 {
		b.Packages = old.Packages
	}
	current, err := b.current(ctx, std)
	if err != nil {
		return err
	}
	if partly {
		old.Services = present(old.Services, current.Services)
	}
	findings := compat.Compare(old.Catalogs(), current.Catalogs())
	if b.JSON {
		err = findings.WriteJSON(std.out)
	} else {
		err = findings.WriteText(std.out)
	}
	if err == nil && len(findings) > 0 {
		return exitStatus(exitDrift)
	}
	return err
}

// present leaves out services of packages that were not asked about: whether
// those are gone nobody looked.
func present(old, current []schema.LockedService) []schema.LockedService {
	asked := map[string]bool{}
	for _, s := range current {
		asked[packageOf(s.Interface)] = true
	}
	return slices.DeleteFunc(slices.Clone(old), func(s schema.LockedService) bool {
		return s.Interface != "" && !asked[packageOf(s.Interface)]
	})
}

func packageOf(name string) string { return name[:max(strings.LastIndexByte(name, '.'), 0)] }

// locked reads what to compare with.
func (b *breaking) locked(ctx context.Context) (*schema.Lock, error) {
	document, err := b.document(ctx)
	if err != nil {
		return nil, err
	}
	old, err := schema.ParseLock(document)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Against, err)
	}
	return old, nil
}

func (b *breaking) document(ctx context.Context) ([]byte, error) {
	revision, ok := strings.CutPrefix(b.Against, "git:")
	if !ok {
		document, err := os.ReadFile(b.Against)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no %s to compare with: wampgen lock writes it", b.Against)
		}
		return document, err
	}
	if revision == "" || strings.HasPrefix(revision, "-") {
		return nil, fmt.Errorf("-against %s: a revision is missing, as in git:main", b.Against)
	}
	var complaint bytes.Buffer
	show := exec.CommandContext(ctx, "git", "show", revision+":./"+schema.LockFileName)
	show.Stderr = &complaint
	document, err := show.Output()
	if err != nil {
		return nil, fmt.Errorf("-against %s: git show %s:./%s: %w: %s", b.Against, revision, schema.LockFileName, err, strings.Join(strings.Fields(complaint.String()), " "))
	}
	return document, nil
}
