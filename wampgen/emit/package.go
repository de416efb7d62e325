package emit

import (
	"slices"
	"strings"
	"time"

	"github.com/dave/jennifer/jen"

	"github.com/wampkit/wampkit/wampgen/model"
)

// handshake emits the constants that make a file too old for the runtime, and a
// runtime too old for the file, fail to compile.
func (f *file) handshake() {
	bound := func(minuend, subtrahend jen.Code) jen.Code {
		return jen.Id("_").Op("=").Uint().Call(jen.Add(minuend).Op("-").Add(subtrahend))
	}
	f.add(
		says("The generated code and the runtime must know each other."),
		jen.Const().Defs(
			jen.Comment("// If this does not compile, the generated code is newer than the wampkit module: go get github.com/wampkit/wampkit@latest"),
			bound(jen.Id(f.runtime()).Dot("MaxGenerated"), jen.Lit(f.level())),
			jen.Comment("// If this does not compile, the generated code is too old: run go generate"),
			bound(jen.Lit(f.level()), jen.Id(f.runtime()).Dot("MinGenerated")),
		),
	)
}

// The levels of the contract between emitted code and package runtime.
const (
	basicLevel   = 1
	streamsLevel = 2 // streams, captures, defaults and unions
)

// level is the lowest level that has everything the file uses.
func (f *file) level() int {
	if f.usesOneOf() {
		return streamsLevel
	}
	for _, s := range f.model.Services {
		for _, p := range s.Procedures {
			if p.Shape != model.Unary || isAdvanced(p.Captures, p.Args) || isAdvanced(nil, p.Results) {
				return streamsLevel
			}
		}
	}
	for _, t := range f.model.Topics {
		for _, topic := range t.Topics {
			if isAdvanced(topic.Captures, topic.Args) {
				return streamsLevel
			}
		}
	}
	return basicLevel
}

func isAdvanced(captures []*model.Capture, values []*model.Value) bool {
	return len(captures) > 0 || slices.ContainsFunc(values, func(v *model.Value) bool { return v.OneOf || v.Default != nil })
}

// errors emits one variable for each declared error that a procedure uses.
func (f *file) errors() {
	var vars []jen.Code
	for _, e := range f.model.Errors {
		if f.usesError(e) {
			vars = append(vars, jen.Id(f.errVars[e]).Op("=").Id(f.runtime()).Dot("ErrorType").Add(f.errorFields(e)))
		}
	}
	if len(vars) > 0 {
		f.add(says("What errors are called on the wire."), jen.Var().Defs(vars...))
	}
}

// errorName is an error as the file must write it.
func (f *file) errorName(e *model.Error) string {
	if e.Package == nil {
		return e.Name
	}
	return f.imports.name(e.Package.Path(), e.Package.Name()) + "." + e.Name
}

func (f *file) usesError(e *model.Error) bool {
	for _, s := range f.model.Services {
		for _, p := range s.Procedures {
			for _, candidate := range p.Errors {
				if candidate == e {
					return true
				}
			}
		}
	}
	return false
}

func (f *file) errorFields(e *model.Error) jen.Code {
	uri := jen.Id("URI").Op(":").Lit(e.URI)
	if e.Sentinel {
		return jen.Values(uri, jen.Id("Sentinel").Op(":").Id(f.errorName(e)))
	}
	fields := []jen.Code{
		uri,
		jen.Id("As").Op(":").Add(f.errorAs(e)),
		jen.Id("New").Op(":").Add(f.errorNew(e)),
	}
	if e.OneOf {
		fields = append(fields, jen.Id("Unions").Op(":").Id(f.unions))
	}
	return multiline(fields)
}

// errorAs finds an error in a chain: as a pointer, or as a value where the
// type itself is the error, since then both may be returned.
func (f *file) errorAs(e *model.Error) jen.Code {
	b := f.newBlock(f.imports.name(errorsPath, "errors"), "any", "bool", "error")
	b.scope.Reserve(idents(f.errorName(e))...)
	chain, target, ok := b.scope.Take("err"), b.scope.Take("e"), b.scope.Take("ok")
	as := jen.Id(f.imports.name(errorsPath, "errors")).Dot("As").Call(jen.Id(chain), jen.Op("&").Id(target))
	var body []jen.Code
	if e.ByValue {
		value := b.scope.Take("value")
		body = append(body,
			jen.Var().Id(value).Id(f.errorName(e)),
			jen.If(jen.Id(f.imports.name(errorsPath, "errors")).Dot("As").Call(jen.Id(chain), jen.Op("&").Id(value))).
				Block(jen.Return(jen.Op("&").Id(value), jen.True())),
		)
	}
	body = append(body,
		jen.Var().Id(target).Op("*").Id(f.errorName(e)),
		jen.Id(ok).Op(":=").Add(as),
		jen.Return(jen.Id(target), jen.Id(ok)),
	)
	return jen.Func().Params(jen.Id(chain).Error()).Params(jen.Any(), jen.Bool()).Block(body...)
}

// errorNew makes an error of what arrived: a pointer, or a value where the type itself is the error.
func (f *file) errorNew(e *model.Error) jen.Code {
	b := f.newBlock(f.runtime(), "new", "error")
	b.scope.Reserve(idents(f.errorName(e))...)
	in, target := b.scope.Take("in", "values"), b.scope.Take("e")
	result := jen.Id(target)
	if e.ByValue {
		result = jen.Op("*").Id(target)
	}
	var body []jen.Code
	if e.OneOf {
		b.scope.Reserve(f.unions)
		body = append(body, jen.Id(in).Dot("Unions").Call(jen.Id(f.unions)))
	}
	body = append(body,
		jen.Id(target).Op(":=").New(jen.Id(f.errorName(e))),
		jen.Id(in).Dot("Struct").Call(jen.Id(target)),
		jen.Return(result),
	)
	return jen.Func().Params(jen.Id(in).Op("*").Id(f.runtime()).Dot("Values")).Error().Block(body...)
}

func (f *file) errorList(name string, list []*model.Error) jen.Code {
	var elements []jen.Code
	for _, e := range list {
		elements = append(elements, jen.Id(f.errVars[e]))
	}
	return jen.Var().Id(name).Op("=").Index().Id(f.runtime()).Dot("ErrorType").Values(elements...).Line()
}

// duration writes a duration in the largest unit that divides it.
func (f *file) duration(d time.Duration) jen.Code {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "Hour"}, {time.Minute, "Minute"}, {time.Second, "Second"}, {time.Millisecond, "Millisecond"}} {
		if d%unit.size == 0 {
			return jen.Lit(int(d / unit.size)).Op("*").Id(f.imports.name(timePath, "time")).Dot(unit.name)
		}
	}
	return jen.Lit(int(d))
}

// catalog emits the description of one interface, if there is one.
func (f *file) catalog(shown, name, hashName string) {
	c, ok := f.catalogs[shown]
	if !ok {
		return
	}
	f.add(
		says("%s identifies what peers can observe of %s: it changes with procedures, topics, errors and types, not with documentation.", hashName, shown),
		jen.Const().Id(hashName).Op("=").Lit(c.Hash),
	)
	f.add(
		says("%s describes %s in JSON, for peers in any language.", name, shown),
		jen.Var().Id(name).Op("=").Index().Byte().Call(document(c.Document)),
	)
}

// document writes text as a raw string where that is possible.
func document(text []byte) jen.Code {
	if strings.ContainsAny(string(text), "`\r\ufeff") {
		return jen.Lit(string(text))
	}
	return jen.Id("`" + string(text) + "`")
}
