package wampgen_test

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

// -update writes what tests compare with: generated files and expected messages.
var update = flag.Bool("update", false, "update golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
