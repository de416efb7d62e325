package emit

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/model"
	"github.com/wampkit/wampkit/wampgen/names"
)

// MockFileName is the file that has a package's mocks.
const MockFileName = "wamp_mock_gen.go"

// Packages that only mocks use.
const (
	slicesPath = "slices"
	syncPath   = "sync"
)

// Mock emits the package's mocks: for every service and every topics interface
// a struct that implements it with functions of a test's choice and remembers
// its calls. They work without a session, and depend on no package of this module.
//
// The names of File are taken for a mock, too. Diagnostics are names that collide
// with the user's; there is no file then.
func Mock(m *model.Package, catalogs map[string]Catalog) ([]byte, diag.List, error) {
	f := &file{model: m, catalogs: catalogs}
	f.plan()
	mocks := f.planMocks()
	if len(f.complaints) > 0 {
		return nil, f.complaints, nil
	}
	for _, mock := range mocks {
		f.mock(mock)
	}
	source, err := f.render()
	return source, nil, err
}

// mockNames is what one mock declares.
type mockNames struct {
	kind, shown string // service or topics, and the interface
	name        string // of the struct
	mutex       string
	methods     []*mockMethod
}

// mockMethod is one method of a mock.
type mockMethod struct {
	model.Method
	function string // the field with what the method does
	calls    string // the method that returns the calls
	recorded string // the field with the calls
	call     string // the type of a call
}

// planMocks names the mocks of every interface.
func (f *file) planMocks() []*mockNames {
	p := planner{file: f, scope: f.imports.scope, owner: f.owner}
	var mocks []*mockNames
	for _, s := range f.model.Services {
		methods := make([]*model.Method, 0, len(s.Procedures)+len(s.Skipped))
		for _, procedure := range s.Procedures {
			methods = append(methods, &procedure.Method)
		}
		b := &base{name: s.Name, kind: "service", shown: s.Interface, pos: s.Pos}
		mocks = append(mocks, p.mock(b, append(methods, s.Skipped...)))
	}
	for _, t := range f.model.Topics {
		methods := make([]*model.Method, 0, len(t.Topics)+len(t.Skipped))
		for _, topic := range t.Topics {
			methods = append(methods, &topic.Method)
		}
		b := &base{name: t.Name, kind: "topics", shown: t.Interface, pos: t.Pos}
		mocks = append(mocks, p.mock(b, append(methods, t.Skipped...)))
	}
	return mocks
}

// mock names one mock and its members: no field may have the name of a method.
func (p *planner) mock(b *base, methods []*model.Method) *mockNames {
	n := &mockNames{kind: b.kind, shown: b.shown, name: p.public(b, b.join("", "Mock"))}
	members := names.NewScope()
	for _, m := range methods {
		members.Reserve(m.Name)
	}
	for _, m := range methods {
		n.methods = append(n.methods, &mockMethod{
			Method:   *m,
			function: members.Take(m.Name+"Func", m.Name+"Function"),
			calls:    members.Take(m.Name+"Calls", m.Name+"CallList"),
		})
	}
	for _, m := range n.methods {
		m.recorded = members.Take(names.Unexported(m.Name)+"Recorded", names.Unexported(m.Name)+"Record")
		m.call = p.public(b, n.name+names.Exported(m.Name)+"Call")
	}
	n.mutex = members.Take("mu", "mutex")
	p.report(b)
	return n
}

func (f *file) mock(n *mockNames) {
	f.mockType(n)
	f.add(jen.Var().Id("_").Id(n.shown).Op("=").Parens(jen.Op("*").Id(n.name)).Call(jen.Nil()))
	for _, m := range n.methods {
		fields := f.mockCall(n, m)
		f.mockMethod(n, m, fields)
		f.mockCalls(n, m)
	}
}

func (f *file) mockType(n *mockNames) {
	var fields []jen.Code
	for _, m := range n.methods {
		fields = append(fields,
			says("%s is what %s does.", m.function, m.Name).Id(m.function).Id(f.typeText(m.Signature)),
		)
	}
	fields = append(fields, jen.Line().Id(n.mutex).Id(f.imports.name(syncPath, "sync")).Dot("Mutex").Comment("guards what follows"))
	for _, m := range n.methods {
		fields = append(fields, jen.Id(m.recorded).Index().Id(m.call))
	}
	f.add(
		says("%s implements %s for tests: each method runs the function of its name, and its calls are remembered. A method whose function is not set panics. "+
			"The zero value is ready to use; set functions before the first call. Methods may be called by several goroutines.", n.name, n.shown),
		jen.Type().Id(n.name).Struct(fields...),
	)
}

// mockCall emits the type of one recorded call and returns its fields.
func (f *file) mockCall(n *mockNames, m *mockMethod) []string {
	scope := names.NewScope()
	params := m.Signature.Params()
	var fields []string
	var code []jen.Code
	for i := range params.Len() {
		name := fieldFor(params.At(i).Name(), i)
		fields = append(fields, scope.Take(name, name+"Arg"))
		code = append(code, jen.Id(fields[i]).Id(f.typeText(params.At(i).Type())))
	}
	f.add(
		says("%s is a call of [%s.%s].", m.call, n.name, m.Name),
		jen.Type().Id(m.call).Struct(code...),
	)
	return fields
}

// initialisms are written in capitals as Go's own names are.
var initialisms = []string{"api", "cpu", "db", "dns", "html", "http", "https", "id", "io", "ip", "json", "os", "ram", "rpc", "sql", "tcp", "tls", "ttl", "udp", "ui", "uid", "uri", "url", "utf8", "uuid", "vm", "xml"}

// fieldFor is the exported field of the i-th parameter.
func fieldFor(parameter string, i int) string {
	switch name := names.Exported(parameter); {
	case parameter == "" || parameter == "_":
		if i == 0 {
			return "Ctx" // procedures and topics have the context there
		}
		return "Arg" + strconv.Itoa(i)
	case slices.Contains(initialisms, parameter):
		return strings.ToUpper(parameter)
	case token.IsExported(name):
		return name
	default:
		return "Arg" + strings.TrimLeft(name, "_")
	}
}

// mockMethod emits a method: it records the call and runs the function.
func (f *file) mockMethod(n *mockNames, m *mockMethod, fields []string) {
	b := f.newBlock("panic", "append", m.call)
	in, out := m.Signature.Params(), m.Signature.Results()
	params, arguments, locals := f.mockParams(b, m)
	receiver := b.scope.Take("m", "mock")
	self := func() *jen.Statement { return jen.Id(receiver) }

	values := make([]jen.Code, in.Len())
	for i, field := range fields {
		values[i] = jen.Id(field).Op(":").Id(locals[i])
	}
	body := []jen.Code{
		self().Dot(n.mutex).Dot("Lock").Call(),
		self().Dot(m.recorded).Op("=").Append(self().Dot(m.recorded), jen.Id(m.call).Values(values...)),
		self().Dot(n.mutex).Dot("Unlock").Call(),
		jen.If(self().Dot(m.function).Op("==").Nil()).Block(
			jen.Panic(jen.Lit(fmt.Sprintf("%s.%s: %s was called, but %s is not set", f.model.Name, n.name, m.Name, m.function))),
		),
	}
	call := self().Dot(m.function).Call(arguments...)
	if out.Len() > 0 {
		call = jen.Return(call)
	}
	f.add(
		says("%s implements [%s] by running %s.", m.Name, n.shown, m.function),
		jen.Func().Params(self().Op("*").Id(n.name)).Id(m.Name).Params(params...).Add(f.mockResults(out)).Block(append(body, call)...),
	)
}

// mockParams writes the parameters as the interface has them, and how they are passed on.
func (f *file) mockParams(b *block, m *mockMethod) (params, arguments []jen.Code, locals []string) {
	in := m.Signature.Params()
	for i := range in.Len() {
		otherwise := "arg" + strconv.Itoa(i)
		if i == 0 {
			otherwise = "ctx"
		}
		name := b.local(in.At(i).Name(), otherwise)
		locals = append(locals, name)
		if m.Signature.Variadic() && i == in.Len()-1 {
			params = append(params, jen.Id(name).Op("...").Id(f.typeText(in.At(i).Type().(*types.Slice).Elem())))
			arguments = append(arguments, jen.Id(name).Op("..."))
			continue
		}
		params = append(params, jen.Id(name).Id(f.typeText(in.At(i).Type())))
		arguments = append(arguments, jen.Id(name))
	}
	return params, arguments, locals
}

// mockResults writes results without names: their function has them.
func (f *file) mockResults(out *types.Tuple) jen.Code {
	var results []jen.Code
	for i := range out.Len() {
		results = append(results, jen.Id(f.typeText(out.At(i).Type())))
	}
	if len(results) == 1 {
		return jen.Add(results...)
	}
	return jen.Params(results...)
}

// mockCalls emits the method that returns the calls so far.
func (f *file) mockCalls(n *mockNames, m *mockMethod) {
	clone := f.imports.name(slicesPath, "slices")
	receiver := f.newBlock(clone).scope.Take("m", "mock")
	f.add(
		says("%s returns the calls of %s so far, in their order.", m.calls, m.Name),
		jen.Func().Params(jen.Id(receiver).Op("*").Id(n.name)).Id(m.calls).Params().Index().Id(m.call).Block(
			jen.Id(receiver).Dot(n.mutex).Dot("Lock").Call(),
			jen.Defer().Id(receiver).Dot(n.mutex).Dot("Unlock").Call(),
			jen.Return(jen.Id(clone).Dot("Clone").Call(jen.Id(receiver).Dot(m.recorded))),
		),
	)
}
