package conformance_test

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/router/conformance"
)

var (
	update     = flag.Bool("update", false, "write docs/conformance.md anew")
	everything = flag.Bool("everything", os.Getenv("WAMPKIT_EVERYTHING") != "", "run every case on every link")
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestConformance runs the suite: TestConformance/W071 is one requirement.
func TestConformance(t *testing.T) {
	conformance.Run(t, conformance.Options{Everything: *everything})
}
