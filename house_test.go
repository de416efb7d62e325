package wampkit_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/wampkit/wampkit"

// mayImport is what each room may import of the other rooms, directly. A room
// is a folder with everything below it, unless a deeper one is listed.
var mayImport = map[string][]string{
	"wamp":             {},
	"wamp/codec":       {"wamp"},
	"wamp/proof":       {},
	"transport":        {"wamp", "wamp/codec"},
	"router":           {"wamp", "wamp/codec", "wamp/proof", "transport"},
	"runtime":          {"wamp", "wamp/codec", "wamp/proof", "transport"},
	"runtime/otelwamp": {"wamp", "runtime"},
	"runtime/promwamp": {"wamp", "runtime"},
	"runtime/slogwamp": {"wamp", "runtime"},
	"runtime/wamptest": {"wamp", "wamp/codec", "transport", "runtime", "router"},
	"wampgen":          {"schema"},
	"schema":           {},
}

// buildTools are modules that a program which only calls or routes must not contain.
var buildTools = []string{"golang.org/x/tools", "github.com/dave/jennifer", "github.com/invopop/jsonschema"}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// room is the room that a package of this module lives in, "" for other packages.
func room(path string) string {
	inside, ok := strings.CutPrefix(path, module+"/")
	if !ok {
		return ""
	}
	best := ""
	for name := range mayImport {
		if (inside == name || strings.HasPrefix(inside, name+"/")) && len(name) > len(best) {
			best = name
		}
	}
	return best
}

func TestRoomsImportOnlyWhatTheyMay(t *testing.T) {
	for _, p := range packages(t) {
		from := room(p.ImportPath)
		if from == "" {
			continue
		}
		for _, imported := range p.Imports {
			inside, ok := strings.CutPrefix(imported, module+"/")
			if !ok {
				continue
			}
			if to := room(imported); to != from && !slices.Contains(mayImport[from], to) {
				t.Errorf("%s imports %s: a package of %s may import only its own room and %v", p.ImportPath, inside, from, mayImport[from])
			}
		}
	}
}

func TestRuntimePackagesContainNoBuildTools(t *testing.T) {
	for _, p := range packages(t) {
		switch room(p.ImportPath) {
		case "", "wampgen", "schema":
			continue
		}
		for _, dep := range p.Deps {
			for _, tool := range buildTools {
				if dep == tool || strings.HasPrefix(dep, tool+"/") {
					t.Errorf("%s depends on %s", p.ImportPath, dep)
				}
			}
		}
	}
}

// adapters are modules that only the packages which adapt to them may pull in.
var adapters = []string{"go.opentelemetry.io/otel", "github.com/prometheus/client_golang"}

func TestLibrariesContainNoAdapters(t *testing.T) {
	for _, p := range packages(t) {
		switch strings.TrimPrefix(p.ImportPath, module+"/") {
		case "wamp", "wamp/codec", "transport", "router", "runtime", "runtime/slogwamp", "runtime/wamptest":
		default:
			continue
		}
		for _, dep := range p.Deps {
			for _, adapter := range adapters {
				if dep == adapter || strings.HasPrefix(dep, adapter+"/") {
					t.Errorf("%s depends on %s", p.ImportPath, dep)
				}
			}
		}
	}
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < len(mayImport) {
		t.Fatalf("go list found only %d packages", len(all))
	}
	return all
}
