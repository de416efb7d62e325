package schema

import (
	"cmp"
	"encoding/json"
	"go/constant"
	"go/types"
	"math/bits"
	"path/filepath"
	"slices"
	"strings"
)

// enumerate narrows s, the schema of named, to the constants of that type.
func (w *walk) enumerate(s *Schema, named *types.Named, kind Kind) {
	switch kind {
	case Bool, Int, Uint, Float, String:
	default:
		return
	}
	constants := w.constants(named)
	if len(constants) == 0 {
		return
	}
	values, names, docs := w.values(constants)
	open := w.options.OpenEnum != nil && w.options.OpenEnum(named.Obj())
	if open || (kind == Int || kind == Uint) && areFlags(constants) {
		s.Extras = map[string]any{extraKnownValues: values}
	} else {
		s.Enum, s.Extras = values, map[string]any{}
		s.Minimum, s.Maximum = "", ""
	}
	s.Extras[extraEnumNames] = names
	if docs != nil {
		s.Extras[extraEnumDescriptions] = docs
	}
}

// constants of named, in the order of declaration.
func (w *walk) constants(named *types.Named) []*types.Const {
	if w.options.Enum != nil {
		if constants, ok := w.options.Enum(named.Obj()); ok {
			return constants
		}
	}
	pkg := named.Obj().Pkg()
	if pkg == nil {
		return nil
	}
	var out []*types.Const
	for _, name := range pkg.Scope().Names() {
		c, ok := pkg.Scope().Lookup(name).(*types.Const)
		if ok && c.Exported() && types.Identical(c.Type(), named) && c.Val().Kind() != constant.Unknown {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, w.declaredBefore)
	return out
}

// declaredBefore compares by file and line. It leaves out what export data does not
// have (columns) or spells otherwise (directories), so that a type looks the same
// from every package; constants of one line stay sorted by name.
func (w *walk) declaredBefore(a, b *types.Const) int {
	if w.options.Fset == nil {
		return 0 // sorted by name already
	}
	p, q := w.options.Fset.Position(a.Pos()), w.options.Fset.Position(b.Pos())
	return cmp.Or(cmp.Compare(filepath.Base(p.Filename), filepath.Base(q.Filename)), cmp.Compare(p.Line, q.Line))
}

// values gives each distinct value once, under the first of its names. docs is
// nil if there is no documentation at all.
func (w *walk) values(constants []*types.Const) (values []any, names, docs []string) {
	var seen []string
	documented := false
	for _, c := range constants {
		exact := c.Val().ExactString()
		if slices.Contains(seen, exact) {
			continue
		}
		seen = append(seen, exact)
		doc := w.doc(c)
		documented = documented || doc != ""
		values, names, docs = append(values, constantValue(c)), append(names, c.Name()), append(docs, strings.TrimSpace(doc))
	}
	if !documented {
		docs = nil
	}
	return values, names, docs
}

func constantValue(c *types.Const) any {
	basic := c.Type().Underlying().(*types.Basic)
	switch {
	case basic.Info()&types.IsString != 0:
		return constant.StringVal(c.Val())
	case basic.Info()&types.IsBoolean != 0:
		return constant.BoolVal(c.Val())
	case basic.Info()&types.IsInteger != 0:
		return json.Number(constant.ToInt(c.Val()).ExactString())
	}
	f, _ := constant.Float64Val(c.Val())
	if basic.Kind() == types.Float32 {
		f32, _ := constant.Float32Val(c.Val())
		f = float64(f32)
	}
	return f
}

// areFlags reports whether integer constants look like bits to be combined: at
// least three are single bits, few are combinations, and they are spread wider
// than mere counting would.
func areFlags(constants []*types.Const) bool {
	var single, combined int
	var highest uint64
	for _, c := range constants {
		v := constant.ToInt(c.Val())
		u, exact := constant.Uint64Val(v)
		if v.Kind() != constant.Int || !exact {
			return false
		}
		switch bits.OnesCount64(u) {
		case 0:
		case 1:
			single++
			highest = max(highest, u)
		default:
			combined++
		}
	}
	return single >= 3 && combined <= single/2 && highest > uint64(single+combined)
}
