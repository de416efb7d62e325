package wampgen_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/wampgen"
)

// thirtyPackages is what a larger program looks like to the generator.
func thirtyPackages(t testing.TB) (dir string) {
	files := map[string]string{}
	for i := range 30 {
		files[fmt.Sprintf("p%02d/p.go", i)] = fmt.Sprintf(`package p%[1]d

import (
	"context"
	"errors"
	"time"
)

// Service is one of many.
//
//wamp:service com.example.p%[1]d version=v1 timeout=5s
type Service interface {
	// Get returns one.
	//wamp:procedure idempotent errors=ErrGone
	Get(ctx context.Context, id string) (*Item, error)
	// List returns all.
	List(ctx context.Context, since time.Time, limit *int) ([]Item, error)
	// Put stores one.
	Put(ctx context.Context, item Item) error
}

// Events tell of changes.
//
//wamp:topics com.example.p%[1]d version=v1
type Events interface {
	Changed(ctx context.Context, id string, at time.Time) error
}

// Item is an item.
type Item struct {
	ID   string            `+"`json:\"id\"`"+`
	Tags map[string]string `+"`json:\"tags,omitempty\"`"+`
}

// ErrGone is an error.
//
//wamp:error com.example.p%[1]d.gone
var ErrGone = errors.New("gone")
`, i)
	}
	return module(t, files)
}

// TestThirtyPackagesTakeAboutASecond reports the time of a warm run; it does
// not judge it, since machines differ. The limit is for accidents, such as
// dependencies being type-checked from source.
func TestThirtyPackagesTakeAboutASecond(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles thirty packages")
	}
	dir := thirtyPackages(t)
	generate(t, dir, "./...")
	generate(t, dir, "./...") // compiles what was generated
	start := time.Now()
	report := generate(t, dir, "./...")
	took := time.Since(start)
	t.Logf("%d packages in %v", report.Packages, took.Round(time.Millisecond))
	if report.Drift() || len(report.Files) != 30 {
		t.Errorf("%d files, drift %v", len(report.Files), report.Drift())
	}
	if took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

func BenchmarkThirtyPackages(b *testing.B) {
	dir := thirtyPackages(b)
	generate(b, dir, "./...")
	generate(b, dir, "./...")
	for b.Loop() {
		report, err := wampgen.Generate(b.Context(), wampgen.Options{Dir: dir, Patterns: []string{"./..."}, Check: true})
		if err != nil || report.Drift() {
			b.Fatal(err, report.Drift())
		}
	}
}

// thousandMethods is one package with a thousand methods of every shape.
func thousandMethods(t testing.TB) (dir string) {
	var source strings.Builder
	source.WriteString(`package large

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Item is an item.
type Item struct {
	ID   string            ` + "`json:\"id\"`" + `
	Tags map[string]string ` + "`json:\"tags,omitempty\"`" + `
	At   time.Time         ` + "`json:\"at\"`" + `
}

// ErrGone is an error.
//
//wamp:error com.example.large.gone
var ErrGone = errors.New("gone")
`)
	for service := range 10 {
		fmt.Fprintf(&source, "\n// Service%[1]d is one of many.\n//\n//wamp:service com.example.large.s%[1]d version=v1 timeout=5s\ntype Service%[1]d interface {\n", service)
		for group := range 20 {
			fmt.Fprintf(&source, `	// Get%[1]d returns one.
	//wamp:procedure idempotent errors=ErrGone
	Get%[1]d(ctx context.Context, id string, limit *int) (item *Item, more bool, err error)
	// Put%[1]d stores one.
	Put%[1]d(ctx context.Context, item Item) error
	// Tail%[1]d follows one.
	//wamp:procedure {id}.tail%[1]d
	Tail%[1]d(ctx context.Context, id string, since time.Time) iter.Seq2[Item, error]
	// Load%[1]d takes many.
	Load%[1]d(ctx context.Context, progress func(percent int) error, items iter.Seq2[Item, error]) (count int, err error)
	// Sum%[1]d adds.
	Sum%[1]d(ctx context.Context, numbers ...int) (sum int, err error)
`, group)
		}
		source.WriteString("}\n")
	}
	return module(t, map[string]string{"large/large.go": source.String()})
}

// BenchmarkThousandMethods measures what a thousand methods cost beyond loading:
// analyzing, and emitting clients, registrations, catalogs and mocks.
func BenchmarkThousandMethods(b *testing.B) {
	dir := thousandMethods(b)
	options := wampgen.Options{Dir: dir, Patterns: []string{"./..."}, Mock: true}
	if report, err := wampgen.Generate(b.Context(), options); err != nil || len(report.Diagnostics) > 0 {
		b.Fatal(err, report.Diagnostics)
	}
	options.Check = true
	var beyond time.Duration
	for b.Loop() {
		report, err := wampgen.Generate(b.Context(), options)
		if err != nil || report.Drift() {
			b.Fatal(err, report.Drift())
		}
		beyond += report.Timing.Analyze + report.Timing.Emit
	}
	b.ReportMetric(beyond.Seconds()*1000/float64(b.N), "ms-beyond-loading/op")
}

// TestAThousandMethodsCompile holds that what the benchmark generates is what it seems.
func TestAThousandMethodsCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a thousand methods")
	}
	dir := thousandMethods(t)
	report, err := wampgen.Generate(t.Context(), wampgen.Options{Dir: dir, Patterns: []string{"./..."}, Mock: true})
	if err != nil || len(report.Diagnostics) > 0 || len(report.Files) != 2 {
		t.Fatal(err, report.Diagnostics, len(report.Files))
	}
	t.Logf("analyzing %v, emitting %v", report.Timing.Analyze, report.Timing.Emit)
	if beyond := report.Timing.Analyze + report.Timing.Emit; beyond > 20*time.Second {
		t.Errorf("%v beyond loading", beyond)
	}
	vet(t, dir)
}
