package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/wampkit/wampkit/wampgen"
	"github.com/wampkit/wampkit/wampgen/diag"
)

// source selects what to read; both commands that read Go have it.
type source struct {
	Tags     string   `placeholder:"TAGS" help:"Build tags, joined by commas."`
	JSON     bool     `name:"json" help:"Write what is wrong to standard output as JSON, an object a line, for editors."`
	Packages []string `arg:"" optional:"" help:"Packages, as the go command takes them; the default is \".\"."`
}

func (s *source) options() (wampgen.Options, error) {
	dir, err := os.Getwd()
	return wampgen.Options{Dir: dir, Patterns: s.Packages, Tags: s.Tags}, err
}

// report prints diagnostics and returns what the command ends with if there are any.
func (s *source) report(std streams, dir string, list diag.List) error {
	var err error
	if s.JSON {
		err = list.WriteJSON(std.out)
	} else {
		err = list.WriteText(std.err, dir)
	}
	if err == nil && len(list) > 0 {
		return exitStatus(exitError)
	}
	return err
}

// describe makes the catalogs of the packages, or reports what is wrong with them.
func (s *source) describe(ctx context.Context, std streams) ([]wampgen.Description, error) {
	options, err := s.options()
	if err != nil {
		return nil, err
	}
	meter := newMeter(std, false)
	options.Progress = meter.step
	descriptions, complaints, err := wampgen.Describe(ctx, options)
	meter.stop()
	if err != nil {
		return nil, err
	}
	return descriptions, s.report(std, options.Dir, complaints)
}

type generate struct {
	source
	Check   bool `help:"Change nothing; say which files are out of date, with exit code 1."`
	Diff    bool `help:"Change nothing; print how files would change, with exit code 1."`
	Mock    bool `help:"Also generate mocks, in wamp_mock_gen.go. Where that file exists, it is kept up to date without."`
	Verbose bool `short:"v" help:"Say what happens to each file, and how long it takes."`
}

// Help is the longer text of wampgen generate --help.
func (g *generate) Help() string {
	return `Packages are given as to the go command: ., ./..., example.com/fleet/device.

    go tool wampgen ./...            bring all generated files up to date
    go tool wampgen -check ./...     in CI: fail if a file is not
    go tool wampgen -diff ./...      see what would change
    go tool wampgen -mock ./device   have DeviceMock, too, for tests`
}

// planned is a command that would otherwise be taken for a package.
const planned = "client"

// Run generates.
func (g *generate) Run(ctx context.Context, std streams) error {
	if len(g.Packages) > 0 && g.Packages[0] == planned {
		return fmt.Errorf("wampgen %s is not supported yet; for a package of that name, write ./%[1]s", planned)
	}
	options, err := g.options()
	if err != nil {
		return err
	}
	options.Check, options.Mock = g.Check || g.Diff, g.Mock
	meter := newMeter(std, g.Verbose)
	options.Progress = meter.step
	start := time.Now()
	report, err := wampgen.Generate(ctx, options)
	meter.stop()
	if err != nil {
		return err
	}
	if err := g.report(std, options.Dir, report.Diagnostics); err != nil {
		return err
	}
	if g.Verbose {
		g.tell(std, options.Dir, report, time.Since(start))
	}
	if !options.Check || !report.Drift() {
		return nil
	}
	for _, f := range report.Files {
		if f.Change == wampgen.Unchanged {
			continue
		}
		if g.Diff {
			std.out.Write(diff.Diff(slashed(options.Dir, f.Path)+" (on disk)", f.Before, slashed(options.Dir, f.Path)+" (generated)", f.Content))
		} else if !g.Verbose {
			fmt.Fprintf(std.err, "%s: %s\n", shown(options.Dir, f.Path), drift(f.Change))
		}
	}
	return exitStatus(exitDrift)
}

func (g *generate) tell(std streams, dir string, report wampgen.Report, took time.Duration) {
	for _, f := range report.Files {
		what := f.Change.String()
		if g.Check || g.Diff {
			what = drift(f.Change)
		}
		fmt.Fprintf(std.err, "%s: %s\n", shown(dir, f.Path), what)
	}
	rounded := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	fmt.Fprintf(std.err, "%d packages, %d generated files, %v (loading %v, analyzing %v, generating %v, writing %v)\n", report.Packages, len(report.Files),
		rounded(took), rounded(report.Timing.Load), rounded(report.Timing.Analyze), rounded(report.Timing.Emit), rounded(report.Timing.Write))
}

// drift words what would happen to a file.
func drift(c wampgen.Change) string {
	switch c {
	case wampgen.Created:
		return "missing: run go generate"
	case wampgen.Updated:
		return "out of date: run go generate"
	case wampgen.Removed:
		return "left over, nothing is annotated: run go generate"
	}
	return "up to date"
}

// shown is a path relative to dir where that is shorter.
func shown(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && len(rel) < len(path) {
		return rel
	}
	return path
}

func slashed(dir, path string) string { return filepath.ToSlash(shown(dir, path)) }
