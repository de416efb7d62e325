package wampgen_test

import (
	"fmt"
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
