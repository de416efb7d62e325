package wampgen

import (
	"context"
	"path/filepath"
	"runtime"

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
}

// Report is what was done, or found.
type Report struct {
	// Diagnostics are what is wrong with the source, sorted. If there are any, no file was changed.
	Diagnostics diag.List
	// Files are the generated files, by path; those of a run with diagnostics are missing.
	Files []File
	// Packages is how many packages were loaded.
	Packages int
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
	report := Report{Packages: len(packages.all), Diagnostics: packages.complaints}
	files := make([]File, len(packages.all))
	complaints := make([]diag.List, len(packages.all))
	group := parallel(ctx)
	for i, p := range packages.all {
		group.Go(func() (err error) {
			files[i], complaints[i], err = p.file()
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Report{}, err
	}
	for _, list := range complaints {
		report.Diagnostics.Append(list...)
	}
	report.Diagnostics.Sort()
	if len(report.Diagnostics) > 0 {
		return report, nil
	}
	for _, f := range files {
		if f.Path != "" {
			report.Files = append(report.Files, f)
		}
	}
	if options.Check {
		return report, nil
	}
	return report, write(report.Files)
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
}

// analyzed loads and analyzes every selected package.
func analyzed(ctx context.Context, options Options) (loadedPackages, error) {
	packages, complaints, err := load.Load(ctx, load.Config{
		Dir: options.Dir, Patterns: options.Patterns, Tags: options.Tags, Env: options.Env,
	})
	if err != nil {
		return loadedPackages{}, err
	}
	result := loadedPackages{all: make([]*loaded, len(packages)), complaints: complaints}
	results := make([]analyze.Result, len(packages))
	group := parallel(ctx)
	for i, p := range packages {
		result.all[i] = &loaded{Package: p}
		if !p.Annotated {
			continue
		}
		group.Go(func() error {
			results[i] = analyze.Package(p)
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
	result.complaints.Append(orphans(results)...)
	result.complaints.Append(repeatedURIs(result.all)...)
	return result, nil
}

// orphans reports directives on methods of interfaces that no loaded package made
// part of an annotated one.
func orphans(results []analyze.Result) diag.List {
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
	for _, r := range results {
		for _, o := range r.Orphans {
			if !embedded[line{o.Method.Filename, o.Method.Line}] {
				complaints.Append(o.Diagnostic)
			}
		}
	}
	return complaints
}

// file emits the package's file and compares it with the one on disk. Its path
// is empty where there is none and none is needed.
func (p *loaded) file() (File, diag.List, error) {
	path := filepath.Join(p.Dir, load.FileName)
	switch {
	case !p.clean, p.model == nil && p.AnnotatedElsewhere:
		return File{}, nil, nil
	case p.model == nil:
		return stale(path)
	}
	catalogs, err := p.catalogs()
	if err != nil {
		return File{}, nil, err
	}
	source, complaints, err := emit.File(p.model, catalogs)
	if err != nil || len(complaints) > 0 {
		return File{}, complaints, err
	}
	return compare(path, source)
}

// catalogs describes the package's services for embedding.
func (p *loaded) catalogs() (map[string]emit.Catalog, error) {
	entries, err := catalog.Build(p.model, p.Doc)
	if err != nil {
		return nil, err
	}
	embedded := make(map[string]emit.Catalog, len(entries))
	for _, e := range entries {
		document, err := e.Catalog.Marshal()
		if err != nil {
			return nil, err
		}
		hash, err := e.Catalog.Digest()
		if err != nil {
			return nil, err
		}
		embedded[e.Interface] = emit.Catalog{Document: document, Hash: hash}
	}
	return embedded, nil
}
