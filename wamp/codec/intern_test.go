package codec

import (
	"fmt"
	"strings"
	"testing"
)

func TestInternerReturnsEqualStrings(t *testing.T) {
	var n interner
	for range 3 {
		for i := range 2000 {
			want := strings.Repeat("x", i%200) + fmt.Sprint(i)
			if got := n.string([]byte(want)); got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
	}
}

func TestInternerIsBounded(t *testing.T) {
	var n interner
	for i := range 100_000 {
		n.string(fmt.Appendf(nil, "com.example.%d", i))
	}
	if len(n.table) > internMax {
		t.Errorf("%d entries", len(n.table))
	}
	n.string([]byte(strings.Repeat("x", internLength+1)))
	for _, s := range n.table {
		if len(s) > internLength {
			t.Errorf("a string of %d octets is kept", len(s))
		}
	}
}

func TestInternerStaysSmallForFewStrings(t *testing.T) {
	var n interner
	for range 1000 {
		n.string([]byte("com.example.procedure"))
		n.string([]byte("com.example.topic"))
	}
	if len(n.table) != internMin {
		t.Errorf("%d entries", len(n.table))
	}
}

func TestInternerAllocatesNothingForWhatItKnows(t *testing.T) {
	var n interner
	uri := []byte("com.example.procedure")
	if allocs := testing.AllocsPerRun(100, func() { n.string(uri) }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
