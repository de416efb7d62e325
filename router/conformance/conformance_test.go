package conformance_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/router/conformance"
)

var (
	update     = flag.Bool("update", false, "write docs/conformance.md anew")
	everything = flag.Bool("everything", os.Getenv("WAMPKIT_EVERYTHING") != "", "run every case on every link")
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// document is what a run of the whole suite is written to.
const document = "../../docs/conformance.md"

// TestConformance runs the suite: TestConformance/W071 is one requirement.
func TestConformance(t *testing.T) {
	var report *conformance.Report
	t.Cleanup(func() { // when all cases have run
		if report.Complete() {
			checkDocument(t, report)
		}
	})
	report = conformance.Run(t, conformance.Options{Everything: *everything})
}

// checkDocument compares docs/conformance.md with what the run found out. The
// document may not claim more than that. It may claim less, so that a feature
// can be finished without touching it.
func checkDocument(t *testing.T, report *conformance.Report) {
	want := conformance.Document(report)
	if *update {
		if err := os.WriteFile(document, []byte(want), 0o644); err != nil {
			t.Error(err)
		}
		return
	}
	got, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	overclaimed, sound := report.Overclaims(string(got))
	switch {
	case len(overclaimed) > 0:
		t.Errorf("%s says that %v pass, and they do not: run go generate ./router/conformance", document, overclaimed)
	case len(report.Misannounced(string(got))) > 0:
		t.Errorf("%s does not tell what is announced of %q: run go generate ./router/conformance", document, report.Misannounced(string(got)))
	case !sound:
		t.Errorf("%s is not what the registry says: run go generate ./router/conformance", document)
	case string(got) != want:
		t.Logf("%s lags behind: run go generate ./router/conformance", document)
	}
}

// TestRegistry checks that every requirement has its case.
func TestRegistry(t *testing.T) {
	number := 1
	seen := map[string]bool{}
	for _, chapter := range conformance.Chapters() {
		for _, c := range chapter.Cases {
			seen[c.ID] = true
			if c.Rule == "" || c.Spec == "" || c.Level == 0 {
				t.Errorf("%s lacks a rule, a chapter or a level", c.ID)
			}
			if ways := boolean(c.Test != nil) + boolean(c.Elsewhere != "") + boolean(c.Later != ""); ways != 1 {
				t.Errorf("%s has none or several of Test, Elsewhere and Later", c.ID)
			}
			if strings.ContainsAny(c.Rule+c.Spec+c.Elsewhere+c.Later+c.Broken, "|\n") {
				t.Errorf("%s: a text would break the table", c.ID)
			}
			if want := fmt.Sprintf("W%03d", number); c.ID != want {
				t.Errorf("%s stands where %s is due", c.ID, want)
			}
			number++
		}
	}
	if number != 235 {
		t.Errorf("the last requirement is W%03d", number-1)
	}
	for _, choice := range conformance.Choices() {
		if strings.ContainsAny(choice.Question+choice.Text+choice.Choice, "|\n") {
			t.Errorf("choice %q: a text would break the table", choice.Question)
		}
		for _, id := range choice.Cases {
			if !seen[id] {
				t.Errorf("choice %q: there is no %s", choice.Question, id)
			}
		}
	}
	for _, row := range conformance.FeatureTable() {
		for _, id := range row.Cases {
			if !seen[id] {
				t.Errorf("feature %s: there is no %s", row.Name, id)
			}
		}
	}
}

func boolean(is bool) int {
	if is {
		return 1
	}
	return 0
}
