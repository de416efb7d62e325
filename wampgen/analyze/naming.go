package analyze

import (
	"go/types"
	"strings"
)

// unnameable returns the first type within t that emitted code could not write
// down, because it is unexported in another package, or that package is internal to others.
func (a *analysis) unnameable(t types.Type) string {
	var hidden string
	walkNames(t, func(name *types.TypeName) {
		if hidden == "" && name.Pkg() != nil && name.Pkg() != a.load.Types && !(name.Exported() && importable(name.Pkg().Path(), a.load.Path)) {
			hidden = name.Pkg().Path() + "." + name.Name()
		}
	})
	return hidden
}

// importable reports whether the package at path from may import the one at
// path: an internal package is for those below the parent of its internal folder.
func importable(path, from string) bool {
	path, from = "/"+path+"/", "/"+from+"/"
	internal := strings.LastIndex(path, "/internal/")
	return internal < 0 || strings.HasPrefix(from, path[:internal]+"/")
}

// walkNames calls f for every named type that t spells out.
func walkNames(t types.Type, f func(*types.TypeName)) {
	switch t := t.(type) {
	case *types.Alias:
		f(t.Obj())
		for arg := range t.TypeArgs().Types() {
			walkNames(arg, f)
		}
	case *types.Named:
		f(t.Obj())
		for arg := range t.TypeArgs().Types() {
			walkNames(arg, f)
		}
	case *types.Pointer:
		walkNames(t.Elem(), f)
	case *types.Slice:
		walkNames(t.Elem(), f)
	case *types.Array:
		walkNames(t.Elem(), f)
	case *types.Map:
		walkNames(t.Key(), f)
		walkNames(t.Elem(), f)
	case *types.Chan:
		walkNames(t.Elem(), f)
	case *types.Struct:
		for field := range t.Fields() {
			walkNames(field.Type(), f)
		}
	case *types.Signature:
		for v := range t.Params().Variables() {
			walkNames(v.Type(), f)
		}
		for v := range t.Results().Variables() {
			walkNames(v.Type(), f)
		}
	}
}

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

func isContext(t types.Type) bool { return isNamed(t, "context", "Context") }

func isNamed(t types.Type, path, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == path && named.Obj().Name() == name
}
