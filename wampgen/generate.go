package wampgen

import (
	"context"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/wampkit/wampkit/wampgen/analyze"
	"github.com/wampkit/wampkit/wampgen/catalog"
	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/emit"
	"github.com/wampkit/wampkit/wampgen/load"
	"github.com/wampkit/wampkit/wampgen/model"
)

// Options say what to generate.
type Options struct {
	// Dir is where patterns start and what file names in output are relative
	// to; empty is the working directory.
	Dir string
	// Patterns select packages as those of the go command do; none is ".".
	Patterns []string
	// Tags are build tags, joined by commas.
	Tags string
	// Env is the environment of the go command; nil is the process's.
	Env []string
	// Check leaves every file as it is: the report says what would change.
	Check bool
	// Mock also generates mocks, in a file of their own. A package that has that file
	// already keeps it up to date without.
	Mock bool
	// Progress is told what Generate is doing, from several goroutines, if it is not nil.
	Progress func(Step)
}

// Step is how far a run has come.
type Step struct {
	Doing       string // such as "loading packages"
	Done, Total int    // packages; Total is 0 while nobody knows
}

// Timing says where the time went.
type Timing struct {
	Load, Analyze, Emit, Write time.Duration
}

// Report is what was done, or found.
type Report struct {
	// Diagnostics are what is wrong with the source, sorted. If there are any, no file was changed.
	Diagnostics diag.List
	// Files are the generated files, by path; those of a run with diagnostics are missing.
	Files []File
	// Packages is how many packages were loaded.
	Packages int
	// Timing says what took how long.
	Timing Timing
}

// Drift reports whether a file is not what the source asks for.
func (r Report) Drift() bool {
	for _, f := range r.Files {
		if f.Change != Unchanged {
			return true
		}
	}
	return false
}

// Generate brings the generated file of every selected package up to date. It
// returns an error only where the go command or the file system fails or ctx
// ends; what is wrong with the source is in the report.
func Generate(ctx context.Context, options Options) (Report, error) {
	packages, err := analyzed(ctx, options)
	if err != nil {
		return Report{}, err
	}
	report := Report{Packages: len(packages.all), Diagnostics: packages.complaints, Timing: packages.timing}
	if err := report.emit(ctx, options, packages.all); err != nil {
		return Report{}, err
	}
	if len(report.Diagnostics) > 0 || options.Check {
		return report, nil
	}
	start := time.Now()
	err = write(report.Files)
	report.Timing.Write = time.Since(start)
	return report, err
}

// emit makes the files of every package, or collects why it cannot.
func (r *Report) emit(ctx context.Context, options Options, packages []*loaded) error {
	start := time.Now()
	progress := newCounter(options, "generating", len(packages))
	files := make([][]File, len(packages))
	complaints := make([]diag.List, len(packages))
	group := parallel(ctx)
	for i, p := range packages {
		group.Go(func() (err error) {
			files[i], complaints[i], err = p.files(ctx, options.Mock)
			progress.next()
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	r.Timing.Emit = time.Since(start)
	for _, list := range complaints {
		r.Diagnostics.Append(list...)
	}
	r.Diagnostics.Sort()
	if len(r.Diagnostics) == 0 {
		r.Files = slices.Concat(files...)
	}
	return nil
}

// counter tells [Options.Progress] how many packages are done.
type counter struct {
	tell  func(Step)
	doing string
	done  atomic.Int64
	total int
}

func newCounter(options Options, doing string, total int) *counter {
	c := &counter{tell: options.Progress, doing: doing, total: total}
	if c.tell != nil {
		c.tell(Step{Doing: doing, Total: total})
	}
	return c
}

func (c *counter) next() {
	if done := int(c.done.Add(1)); c.tell != nil {
		c.tell(Step{c.doing, done, c.total})
	}
}

// parallel runs as many functions at a time as there are processors.
func parallel(ctx context.Context) *errgroup.Group {
	group, _ := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	return group
}

// loaded is a package with its model; nil where nothing is annotated.
type loaded struct {
	*load.Package
	model *model.Package
	clean bool // no diagnostics
}

type loadedPackages struct {
	all        []*loaded
	complaints diag.List
	timing     Timing
}

// analyzed loads and analyzes every selected package.
func analyzed(ctx context.Context, options Options) (loadedPackages, error) {
	start := time.Now()
	newCounter(options, "loading packages", 0)
	config := load.Config{Dir: options.Dir, Patterns: options.Patterns, Tags: options.Tags, Env: options.Env}
	packages, complaints, err := load.Load(ctx, config)
	if err != nil {
		return loadedPackages{}, err
	}
	result := loadedPackages{all: make([]*loaded, len(packages)), complaints: complaints}
	result.timing.Load = time.Since(start)
	progress := newCounter(options, "analyzing", len(packages))
	results := make([]analyze.Result, len(packages))
	group := parallel(ctx)
	for i, p := range packages {
		result.all[i] = &loaded{Package: p}
		if !p.Annotated {
			continue
		}
		group.Go(func() error {
			results[i] = analyze.Package(p)
			progress.next()
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return loadedPackages{}, err
	}
	for i, r := range results {
		result.all[i].model, result.all[i].clean = r.Model, len(r.Diagnostics) == 0
		result.complaints.Append(r.Diagnostics...)
	}
	result.complaints.Append(orphans(ctx, config, packages, results)...)
	result.complaints.Append(contestedURIs(result.all)...)
	result.timing.Analyze = time.Since(start) - result.timing.Load
	return result, nil
}

// orphans reports directives on methods of interfaces that no loaded package made
// part of an annotated one, and that no other package of the module embeds either.
func orphans(ctx context.Context, config load.Config, packages []*load.Package, results []analyze.Result) diag.List {
	type line struct {
		file string
		line int
	}
	embedded := map[line]bool{}
	for _, r := range results {
		for _, pos := range r.Embedded {
			embedded[line{pos.Filename, pos.Line}] = true
		}
	}
	var complaints diag.List
	for i, r := range results {
		elsewhere := map[string]bool{} // by names of interfaces
		for _, o := range r.Orphans {
			if embedded[line{o.Method.Filename, o.Method.Line}] {
				continue
			}
			key := strings.Join(o.Interfaces, " ")
			if _, known := elsewhere[key]; !known {
				elsewhere[key] = packages[i].Embedded(ctx, config, o.Interfaces)
			}
			if !elsewhere[key] {
				complaints.Append(o.Diagnostic)
			}
		}
	}
	return complaints
}

// files emits the package's files and compares them with those on disk. There
// are none where none is there and none is needed.
func (p *loaded) files(ctx context.Context, mock bool) ([]File, diag.List, error) {
	code, mocks := filepath.Join(p.Dir, load.FileName), filepath.Join(p.Dir, emit.MockFileName)
	switch {
	case !p.clean, p.model == nil && p.AnnotatedElsewhere:
		return nil, nil, nil
	case p.model == nil:
		return collect(ctx, func() (File, diag.List, error) { return stale(code) }, func() (File, diag.List, error) { return stale(mocks) })
	}
	catalogs, err := p.catalogs(ctx)
	if err != nil {
		return nil, nil, err
	}
	emitted := func(path string, file func(*model.Package, map[string]emit.Catalog) ([]byte, diag.List, error)) func() (File, diag.List, error) {
		return func() (File, diag.List, error) {
			source, complaints, err := file(p.model, catalogs)
			if err != nil || len(complaints) > 0 {
				return File{}, complaints, err
			}
			return compare(path, source)
		}
	}
	if _, own, err := load.Generated(mocks); !mock && (err != nil || !own) {
		return collect(ctx, emitted(code, emit.File))
	}
	return collect(ctx, emitted(code, emit.File), emitted(mocks, emit.Mock))
}

// collect makes files at the same time; one without a path is none.
func collect(ctx context.Context, emitters ...func() (File, diag.List, error)) ([]File, diag.List, error) {
	made, complaints := make([]File, len(emitters)), make([]diag.List, len(emitters))
	group := parallel(ctx)
	for i, file := range emitters {
		group.Go(func() (err error) {
			made[i], complaints[i], err = file()
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	files := slices.DeleteFunc(made, func(f File) bool { return f.Path == "" })
	return files, slices.Concat(complaints...), nil
}

// catalogs describes the package's services for embedding.
func (p *loaded) catalogs(ctx context.Context) (map[string]emit.Catalog, error) {
	entries, err := catalog.Build(p.model, p.Doc)
	if err != nil {
		return nil, err
	}
	catalogs := make([]emit.Catalog, len(entries))
	group := parallel(ctx)
	for i, e := range entries {
		group.Go(func() (err error) {
			catalogs[i].Document, catalogs[i].Hash, err = e.Catalog.MarshalHashed()
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	embedded := make(map[string]emit.Catalog, len(entries))
	for i, e := range entries {
		embedded[e.Interface] = catalogs[i]
	}
	return embedded, nil
}
