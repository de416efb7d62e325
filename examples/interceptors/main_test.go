package main

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/examples/internal/stage/stagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOutput(t *testing.T) { stagetest.Output(t, run) }
