package conformance

import (
	"path"
	"reflect"
	"runtime"

	"github.com/wampkit/wampkit/router"
)

// Level is how binding a requirement is.
type Level byte

// The levels.
const (
	Must      Level = 'M' // MUST or SHALL
	Should    Level = 'S' // SHOULD
	Optional  Level = 'O' // MAY, but with a defined form
	Derived   Level = 'D' // forced by another rule, by security, or by what deployed peers do
	Ambiguous Level = 'A' // the specification is; the rule states how we read it
)

// Chapter is a group of requirements.
type Chapter struct {
	Title string
	Cases []Case
}

// Case is one requirement with the test that holds the router to it.
type Case struct {
	// ID names the requirement, such as "W071", and its test: TestConformance/W071.
	ID    string
	Level Level
	// Rule is the requirement in one sentence.
	Rule string
	// Spec names the chapters of the specification, b/ for the Basic and a/ for
	// the Advanced Profile.
	Spec string

	// Links are the links the case runs on: those of them that are asked for,
	// see [Options]. Nil stands for one link out of all six.
	Links []Link
	// Router is how the case's router is configured.
	Router []Option
	// Needs is what the router has to announce before the case makes sense.
	Needs Need

	// Test holds the router to the rule; nil if Elsewhere or Later says why not.
	Test func(t *T)
	// Elsewhere says why this is nothing that a router can be tested for.
	Elsewhere string
	// Later says what has to be built first.
	Later string
	// Broken says what the router does instead, as long as it is known to fail.
	// The case runs all the same.
	Broken string
}

// Need is something that a router may come to have. The zero Need is always met.
type Need struct {
	What string // such as "dealer.call_timeout"
	// Met finds out, on the case's own router.
	Met func(t *T) bool
}

// announced is the need for a feature that WELCOME lists, as "dealer.call_timeout".
func announced(features ...string) Need {
	need := Need{Met: func(t *T) bool {
		for _, f := range features {
			if !t.Announces(f) {
				return false
			}
		}
		return true
	}}
	for i, f := range features {
		if i > 0 {
			need.What += " and "
		}
		need.What += f
	}
	return need
}

// Option changes the configuration of a router under test.
type Option func(*router.Config)

// file is the file that the case's test stands in.
func (c *Case) file() string {
	if c.Test == nil {
		return ""
	}
	name, _ := runtime.FuncForPC(reflect.ValueOf(c.Test).Pointer()).FileLine(0)
	return path.Base(name)
}
