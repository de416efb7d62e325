// Package stagetest holds examples to what they print.
package stagetest

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// -update writes what the examples print.
var update = flag.Bool("update", false, "update output.txt")

// deadline is for a machine that is busy with other things.
const deadline = 30 * time.Second

// Output runs an example and compares what it prints with output.txt.
func Output(t *testing.T, run func(ctx context.Context, out io.Writer) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	var out bytes.Buffer
	if err := run(ctx, &out); err != nil {
		t.Fatalf("%v, after it printed:\n%s", err, out.Bytes())
	}
	if *update {
		if err := os.WriteFile("output.txt", out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("output.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}
