// Package naming has the names that get into the way of generated code.
package naming

import (
	stdcontext "context"
	"strings"
	. "time"

	"github.com/wampkit/wampkit/wampgen/testdata/golden/naming/a/item"
	other "github.com/wampkit/wampkit/wampgen/testdata/golden/naming/b/item"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/naming/runtime"
)

// Names has parameters with unfortunate names.
//
// A comment may hold */ and /* and `backquotes`, and code:
//
//	names.Locals(ctx, 1, 2, 3, 4, 5, 6)
//
//wamp:service com.example.naming
type Names interface {
	// Locals has the names of the emitted body's variables.
	Locals(ctx stdcontext.Context, args, out, err, c, in, impl int) (s, opts int, failure error)

	// Imports has the names of packages.
	Imports(context stdcontext.Context, runtime int, wamp string, errors, item bool, time Duration) (stdcontext Month, err error)

	// Types has the names of types and predeclared identifiers.
	Types(ctx stdcontext.Context, string int, Level Level, int64 Level, nil int, len int, error bool) (int Level, bool bool, err error)

	// Packages has types of two packages of one name, and of one called runtime.
	Packages(ctx stdcontext.Context, a item.Item, b other.Item, frame runtime.Frame, code other.Code) (item.Item, other.Item, runtime.Frame, other.Code, error)

	// Variables has the names of package-level variables.
	Variables(ctx stdcontext.Context, namesVariables, namesErrors int) (NamesClient2 int, err error)

	// Results has results named like locals.
	Results(ctx stdcontext.Context, v int) (args, out, ctx2 int, c error)

	// Context is called _.
	Context(_ stdcontext.Context, ctx int, item_ string, item ...Level) (Duration, error)

	// Err is the name of a parameter, and the error has none.
	Err(ctx stdcontext.Context, err string) error

	// Rename has the name of a function that the emitted body calls.
	//wamp:procedure result=kwargs
	Rename(ctx stdcontext.Context, old, new string) (*Renamed, error)

	// HTTPGetURL has initialisms.
	HTTPGetURL(ctx stdcontext.Context, url string) (string, error)
}

// Renamed travels as keywords.
type Renamed struct {
	Name string `json:"name"`
}

// Level has the name of a parameter.
type Level int

// Events has topics with unfortunate names.
//
//wamp:topics com.example.naming
type Events interface {
	// Handle has the names of the emitted body's variables.
	Handle(ctx stdcontext.Context, handle, p, s, h, opts, args int, in string) error

	// Runtime has the name of a package.
	Runtime(ctx stdcontext.Context, runtime Level, at Time, items ...item.Item) error
}

// errors has the name of a package that generated code would import.
func errors(s string) string { return strings.ToUpper(s) }

// namesLocals has the name of a variable that generated code would declare.
var namesLocals = errors("x")

// ErrOops makes the generated code import package errors.
//
//wamp:error com.example.naming.oops
type ErrOops struct {
	Level Level `json:"level"`
}

func (e *ErrOops) Error() string { return namesLocals }
