package compat_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"sync"
	"testing"

	"github.com/wampkit/wampkit/schema"
)

const (
	procedureURI = "com.acme.device.v1.get"
	topicURI     = "com.acme.device.v1.got"
	errorURI     = "com.acme.device.gone"
)

// version is a service as one line of Go: a method, and the declarations it needs. It
// makes a catalog with that method as a procedure, and with its parameters as a topic.
type version struct {
	method string                // such as "Get(a int) (b string)"
	types  string                // declarations
	args   form                  // how arguments travel
	result form                  // how results travel
	open   bool                  // enums are open
	change func(*schema.Catalog) // what no signature says
}

// imports is a newline with the import declaration that a source needs.
func imports(source string) string {
	if strings.Contains(source, "time.") {
		return "\nimport \"time\"\n"
	}
	return "\n"
}

var (
	checking sync.Mutex // guards standard, which remembers what it has read
	fset     = token.NewFileSet()
	standard = importer.ForCompiler(fset, "source", nil)
)

type form uint8

const (
	list form = iota
	keywords
	fields // of the only struct
)

// catalog describes v as the generator does.
func (v version) catalog(t *testing.T) *schema.Catalog {
	t.Helper()
	source := "package device\n" + v.types + "\ntype Failure struct { ID string `json:\"id\"` }\ntype Device interface { " + v.method + " }\n"
	source = strings.Replace(source, "\n", imports(source), 1)
	checking.Lock()
	defer checking.Unlock()
	file, err := parser.ParseFile(fset, "device.go", source, 0)
	if err != nil {
		t.Fatalf("%v in:\n%s", err, source)
	}
	config := types.Config{Importer: standard}
	pkg, err := config.Check("example.com/device", fset, []*ast.File{file}, nil)
	if err != nil {
		t.Fatalf("%v in:\n%s", err, source)
	}
	b := schema.NewBuilder(schema.Options{Package: pkg.Path(), Fset: fset, OpenEnum: func(*types.TypeName) bool { return v.open }})
	signature := pkg.Scope().Lookup("Device").Type().Underlying().(*types.Interface).Method(0).Signature()
	in, out := values(signature.Params(), signature.Variadic(), v.args), values(signature.Results(), false, v.result)
	args, params := describe(t, b, in, v.args)
	eventArgs, eventParams := describe(t, b, in, v.args)
	result := must(b.Result(out, v.result == keywords))(t)
	if v.result == fields {
		result = &schema.Result{Args: must(b.Tuple(nil))(t), Params: must(b.Request(out[0].Type))(t), Names: []string{}}
	}
	c := &schema.Catalog{
		Service: "com.acme.device", Version: "v1",
		Procedures: map[string]*schema.Procedure{procedureURI: {Args: args, Params: params, Result: result}},
		Topics:     map[string]*schema.Topic{topicURI: {Args: eventArgs, Params: eventParams}},
		Errors:     map[string]*schema.ErrorDef{errorURI: must(b.ErrorDef(pkg.Scope().Lookup("Failure").Type()))(t)},
	}
	c.Defs = b.Defs()
	if v.change != nil {
		v.change(c)
	}
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	return c
}

func values(tuple *types.Tuple, variadic bool, f form) []schema.Arg {
	var args []schema.Arg
	for i := range tuple.Len() {
		v := tuple.At(i)
		name, optional := strings.CutSuffix(v.Name(), "Default")
		args = append(args, schema.Arg{
			Name: name, Type: v.Type(), Optional: optional || schema.KindOf(v.Type()) == schema.Optional,
			Variadic: variadic && i == tuple.Len()-1, Keyword: f == keywords,
		})
	}
	return args
}

func describe(t *testing.T, b *schema.Builder, args []schema.Arg, f form) (tuple, params *schema.Schema) {
	t.Helper()
	if f == fields {
		return must(b.Tuple(nil))(t), must(b.Request(args[0].Type))(t)
	}
	return must(b.Tuple(args))(t), must(b.Params("DeviceGetParams", args))(t)
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
