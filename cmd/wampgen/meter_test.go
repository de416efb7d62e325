package main

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wampkit/wampkit/wampgen"
)

func TestOnlyLongRunsTellHowFarTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		m := newMeter(streams{err: &out}, true)
		m.step(wampgen.Step{Doing: "loading packages"})
		time.Sleep(patience / 2)
		m.stop()
		if out.Len() > 0 {
			t.Errorf("a short run said %q", out.String())
		}
	})
}

func TestALongRunTellsEachStepOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		m := newMeter(streams{err: &out}, true)
		m.step(wampgen.Step{Doing: "loading packages"})
		time.Sleep(2 * patience)
		m.step(wampgen.Step{Doing: "analyzing", Done: 1, Total: 3})
		time.Sleep(patience)
		m.step(wampgen.Step{Doing: "analyzing", Done: 2, Total: 3})
		time.Sleep(patience)
		m.stop()
		if got, want := out.String(), "loading packages …\nanalyzing …\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestATerminalHasOneLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		m := &meter{out: &out, done: make(chan struct{}), ended: make(chan struct{})}
		go m.run()
		m.step(wampgen.Step{Doing: "analyzing", Done: 1, Total: 3})
		time.Sleep(2 * patience)
		m.stop()
		if got, want := out.String(), "\r\x1b[Kanalyzing 1/3 …\r\x1b[K"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestNobodyIsToldWhoDidNotAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		m := newMeter(streams{err: &out}, false)
		m.step(wampgen.Step{Doing: "loading packages"})
		time.Sleep(2 * patience)
		m.stop()
		if out.Len() > 0 {
			t.Errorf("said %q", out.String())
		}
	})
}
