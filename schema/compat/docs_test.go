package compat_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/schema/compat"
)

// -update writes the table of rules into the documentation.
var update = flag.Bool("update", false, "update docs/schemas.md")

const (
	begin = "<!-- rules: written by go test ./schema/compat -update -->\n"
	end   = "<!-- end of rules -->"
)

func TestDocumentationHasEveryRule(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "schemas.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	table, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the page has no place for the rules")
	}
	if *update {
		if err := os.WriteFile(path, []byte(before+begin+"\n"+compat.Table()+"\n"+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if strings.TrimSpace(table) != strings.TrimSpace(compat.Table()) {
		t.Error("the table of rules is out of date: go test ./schema/compat -update")
	}
}

func TestRulesAreInOrderAndComplete(t *testing.T) {
	last := ""
	names := map[string]bool{}
	for _, r := range compat.Rules() {
		if r.ID <= last {
			t.Errorf("%s stands behind %s", r.ID, last)
		}
		last = r.ID
		if names[r.Name] || r.Name == "" || r.Change == "" || r.Breaks == "" || r.Remedy == "" || !strings.HasSuffix(r.Why, ".") {
			t.Errorf("%s is incomplete, or its name is taken: %+v", r.ID, r)
		}
		names[r.Name] = true
	}
}
