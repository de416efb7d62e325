package emit

import (
	"cmp"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/wampkit/wampkit/wampgen/model"
)

// oneOfs emits what the runtime must know of interfaces that stand for a closed set of structs.
func (f *file) oneOfs() {
	used := f.usedOneOfs()
	if len(used) == 0 {
		return
	}
	var unions []jen.Code
	for _, o := range used {
		arguments := []jen.Code{jen.Lit(o.Tag)}
		for _, c := range o.Cases {
			name := f.typeText(c.Type)
			if c.Pointer {
				name = "*" + name
			}
			arguments = append(arguments, jen.Id(f.runtime()).Dot("CaseOf").Index(jen.Id(name)).Call(jen.Lit(c.Name)))
		}
		unions = append(unions, jen.Id(f.runtime()).Dot("UnionOf").Index(jen.Id(f.typeText(o.Type))).Call(arguments...))
	}
	f.add(
		says("Which structs interfaces stand for."),
		jen.Var().Id(f.unions).Op("=").Id(f.runtime()).Dot("NewUnions").Add(jen.Custom(jen.Options{Open: "(", Close: ")", Separator: ",", Multi: true}, unions...)),
	)
}

// usedOneOfs lists the interfaces that values of the package's services and topics may hold,
// sorted by name, if there is such a value.
func (f *file) usedOneOfs() []*model.OneOf {
	if !f.usesOneOf() {
		return nil
	}
	var used []*model.OneOf
	for _, note := range f.model.Notes {
		if note.OneOf != nil {
			used = append(used, note.OneOf)
		}
	}
	slices.SortFunc(used, func(a, b *model.OneOf) int {
		return cmp.Or(cmp.Compare(a.Type.Obj().Pkg().Path(), b.Type.Obj().Pkg().Path()), cmp.Compare(a.Type.Obj().Name(), b.Type.Obj().Name()))
	})
	return used
}

func (f *file) usesOneOf() bool {
	for _, s := range f.services {
		for _, p := range s.procedures {
			if arguments(p).oneOf() || (message{values: append(streamItems(p), p.Results...)}).oneOf() {
				return true
			}
		}
	}
	for _, t := range f.topics {
		for _, topic := range t.topics {
			if event(topic).oneOf() {
				return true
			}
		}
	}
	return slices.ContainsFunc(f.model.Errors, func(e *model.Error) bool { return e.OneOf && f.usesError(e) })
}
