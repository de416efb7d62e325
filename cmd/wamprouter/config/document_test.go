package config

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of docs/configuration.md")

const docs = "../../../docs/"

const (
	tablesBegin = "<!-- tables: go test ./cmd/wamprouter/config -update -->\n"
	tablesEnd   = "<!-- end of tables -->\n"
)

func TestTheDocumentHasEveryKey(t *testing.T) {
	file := docs + "configuration.md"
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(content), tablesBegin)
	got, after, ended := strings.Cut(rest, tablesEnd)
	if !found || !ended {
		t.Fatal("the document has no place for the tables")
	}
	if got == Reference() {
		return
	}
	if !*update {
		t.Fatal("the tables are not up to date: go test ./cmd/wamprouter/config -update")
	}
	if err := os.WriteFile(file, []byte(before+tablesBegin+Reference()+tablesEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTheReferenceHasEverySection finds types that were added to the file.
func TestTheReferenceHasEverySection(t *testing.T) {
	reference := Reference()
	for path := range effects {
		keys := strings.Split(strings.TrimSuffix(path, ".*"), ".")
		if key := keys[len(keys)-1]; !strings.Contains(reference, "| `"+key+"` |") {
			t.Errorf("%s is missing", path)
		}
	}
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// TestTheExamplesOfTheDocumentsAreRight reads every YAML block of the documents.
func TestTheExamplesOfTheDocumentsAreRight(t *testing.T) {
	t.Setenv("JOE_TICKET", "secret")
	t.Setenv("JUDGE_TICKET", "secret")
	tried := 0
	for _, name := range []string{"configuration.md", "authentication.md", "authorization.md", "operations.md", "security.md", "router.md", "../README.md"} {
		content, err := os.ReadFile(docs + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range yamlBlock.FindAllStringSubmatch(string(content), -1) {
			tried++
			dir := certificates(t)
			if err := os.WriteFile(filepath.Join(dir, "backend.secret"), []byte("secret\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			loaded, err := Parse(filepath.Join(dir, "router.yaml"), []byte(block[1]))
			if err != nil {
				t.Errorf("%s: %v\nin\n%s", name, err, block[1])
				continue
			}
			if _, err := loaded.Build(NewKept()); err != nil {
				t.Errorf("%s: %v\nin\n%s", name, err, block[1])
			}
		}
	}
	if tried < 8 {
		t.Errorf("only %d examples were found", tried)
	}
}
