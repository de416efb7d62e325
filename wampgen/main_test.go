package wampgen_test

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

// -update writes the messages that TestErrors compares with.
var update = flag.Bool("update", false, "update expected messages")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
