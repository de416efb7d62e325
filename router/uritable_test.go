package router

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

// TestURITableAgainstExhaustiveSearch fills and empties tables at random and
// compares what they find with asking every pattern whether it matches.
func TestURITableAgainstExhaustiveSearch(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	components := []string{"a", "b", "ab", "abc", "c", ""}
	randomURI := func(pattern bool) wamp.URI {
		list := make([]string, 1+random.IntN(4))
		for i := range list {
			for list[i] == "" {
				list[i] = components[random.IntN(len(components))]
				if pattern {
					break
				}
			}
		}
		return wamp.URI(strings.Join(list, "."))
	}
	type key struct {
		match wamp.Match
		uri   wamp.URI
	}
	for range 20 {
		var table uriTable[key]
		stored := make(map[key]bool)
		for range 300 {
			k := key{match: wamp.Match(random.IntN(3))}
			k.uri = randomURI(k.match == wamp.MatchWildcard)
			if k.match == wamp.MatchPrefix && random.IntN(3) == 0 {
				k.uri = k.uri[:random.IntN(len(k.uri)+1)]
			}
			if _, found := table.get(k.match, k.uri); found != stored[k] {
				t.Fatalf("get(%v): %v, want %v", k, found, stored[k])
			}
			if random.IntN(3) == 0 {
				table.remove(k.match, k.uri)
				delete(stored, k)
			} else {
				table.put(k.match, k.uri, k)
				stored[k] = true
			}
			concrete := randomURI(false)
			var want []string
			for k := range stored {
				if k.uri.Matches(k.match, concrete) {
					want = append(want, fmt.Sprint(k))
				}
			}
			var got []string
			for _, k := range table.appendAll(nil, concrete) {
				got = append(got, fmt.Sprint(k))
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("%q matches %v, want %v", concrete, got, want)
			}
			best, found := table.best(concrete)
			if found != (len(want) > 0) {
				t.Fatalf("best match of %q: %v, want one of %v", concrete, found, want)
			}
			if found && !best.uri.Matches(best.match, concrete) {
				t.Fatalf("best match of %q is %v", concrete, best)
			}
		}
		for k := range stored {
			table.remove(k.match, k.uri)
		}
		if len(table.exact) != 0 || len(table.prefix.root.children) != 0 || !table.wildcard.root.empty() {
			t.Fatalf("an emptied table is not empty: %+v", table)
		}
	}
}

func TestBestMatch(t *testing.T) {
	tests := []struct {
		name    string
		uri     wamp.URI
		stored  []string // match and URI
		matches int      // index into stored
	}{
		{"exact beats all", "a.b", []string{"prefix a", "exact a.b", "wildcard a."}, 1},
		{"longest prefix", "a.b.c", []string{"prefix a", "prefix a.b", "prefix a.b.d"}, 1},
		{"a prefix beats a wildcard", "a.b.c", []string{"wildcard a.b.", "prefix a"}, 1},
		{"the empty prefix beats a wildcard", "a.b.c", []string{"wildcard a.b.", "prefix "}, 1},
		{"a prefix with a dot is whole", "a.b.c", []string{"wildcard a.b.", "prefix a."}, 1},
		{"W150 half a component loses to a wildcard", "a.bb.c", []string{"prefix a.b", "wildcard a..c"}, 1},
		{"W148 half a component without a rival", "a.bb.c", []string{"prefix a.b", "wildcard a..d"}, 0},
		{"W148 half a component after a whole prefix", "a.bb.c", []string{"prefix a", "prefix a.b", "wildcard a..c"}, 1},
		{"W151 literals first", "a.b.c", []string{"wildcard .b.c", "wildcard a..", "wildcard a..c"}, 2},
		{"W151 a dead end", "a.b.c", []string{"wildcard a.b.x", "wildcard a..x", "wildcard ..c"}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var table uriTable[int]
			for i, entry := range test.stored {
				policy, uri, _ := strings.Cut(entry, " ")
				match, _ := wamp.ParseMatch(policy)
				table.put(match, wamp.URI(uri), i)
			}
			if got, found := table.best(test.uri); !found || got != test.matches {
				t.Errorf("got %d, %v", got, found)
			}
		})
	}
}

// BenchmarkLookup shows what a lookup costs as tables grow.
func BenchmarkLookup(b *testing.B) {
	for _, n := range []int{10, 1000, 100_000} {
		for _, match := range []wamp.Match{wamp.MatchExact, wamp.MatchPrefix, wamp.MatchWildcard} {
			var table uriTable[int]
			for i := range n {
				uri := fmt.Sprintf("com.example.device%d.temperature", i)
				if match == wamp.MatchWildcard {
					uri = fmt.Sprintf("com..device%d.temperature", i)
				}
				table.put(match, wamp.URI(uri), i)
			}
			b.Run(fmt.Sprintf("%s of %d", match, n), func(b *testing.B) {
				for b.Loop() {
					if _, found := table.best("com.example.device7.temperature"); !found {
						b.Fatal("not found")
					}
				}
			})
		}
	}
}
