package schema

import (
	"fmt"
	"go/types"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

func refTo(name string) string { return "#/$defs/" + name }

// shortName is the name of a type without its package: PageOfPoint for Page[Point].
// Type arguments that are definitions appear under their titles.
func (b *Builder) shortName(named *types.Named) string {
	name := sanitize(named.Obj().Name())
	for i := range named.TypeArgs().Len() {
		link := "Of"
		if i > 0 {
			link = "And"
		}
		name += link + b.typeArgName(named.TypeArgs().At(i))
	}
	return name
}

// typeArgName is how a type argument appears in a definition's name.
func (b *Builder) typeArgName(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if d := b.defs[types.TypeString(t, nil)]; d != nil && d.name != "" {
			return capitalize(title(d.name))
		}
		return capitalize(b.shortName(t))
	case *types.Basic:
		return capitalize(t.Name())
	case *types.Pointer:
		return "Optional" + b.typeArgName(t.Elem())
	case *types.Slice:
		if isByte(t.Elem()) {
			return "Bytes"
		}
		return "ListOf" + b.typeArgName(t.Elem())
	case *types.Array:
		return fmt.Sprintf("ArrayOf%d%s", t.Len(), b.typeArgName(t.Elem()))
	case *types.Map:
		return "MapOf" + b.typeArgName(t.Elem())
	case *types.Interface:
		return "Any"
	}
	return "Object"
}

func capitalize(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// sanitize keeps letters, digits and underscores of ASCII; any other rune
// becomes its code point, so that different names stay different.
func sanitize(s string) string {
	plain := func(r rune) bool {
		return r == '_' || r < utf8.RuneSelf && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	}
	var out strings.Builder
	for _, r := range s {
		if plain(r) {
			out.WriteRune(r)
		} else {
			fmt.Fprintf(&out, "_u%04X", r)
		}
	}
	return out.String()
}

// nameDefinitions gives every definition its short name if that is unique, or if
// it is the only one of the package being described; the others are qualified
// by as much of their package path as sets them apart. The outcome does not
// depend on the order in which types were met.
func (b *Builder) nameDefinitions() {
	levels := make(map[int][]*definition) // by nesting of type arguments: those are named first
	for _, d := range b.defs {
		depth := typeArgDepth(d.named)
		levels[depth] = append(levels[depth], d)
	}
	taken := make(map[string]bool)
	for _, depth := range slices.Sorted(maps.Keys(levels)) {
		b.nameLevel(levels[depth], taken)
	}
}

// typeArgDepth is how deeply type arguments are nested: 0 for Point, 1 for
// Page[Point].
func typeArgDepth(t types.Type) int {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		depth := 0
		for arg := range t.TypeArgs().Types() {
			depth = max(depth, 1+typeArgDepth(arg))
		}
		return depth
	case *types.Pointer:
		return typeArgDepth(t.Elem())
	case *types.Slice:
		return typeArgDepth(t.Elem())
	case *types.Array:
		return typeArgDepth(t.Elem())
	case *types.Map:
		return typeArgDepth(t.Elem())
	}
	return 0
}

func (b *Builder) nameLevel(level []*definition, taken map[string]bool) {
	groups := make(map[string][]*definition)
	for _, d := range level {
		base := b.shortName(d.named)
		groups[base] = append(groups[base], d)
	}
	for _, base := range sortedKeys(groups) {
		group := groups[base]
		slices.SortFunc(group, func(x, y *definition) int { return strings.Compare(x.id, y.id) })
		for i, name := range b.uniqueNames(base, group) {
			unique := name
			for n := 2; taken[unique]; n++ {
				unique = fmt.Sprintf("%s_%d", name, n)
			}
			taken[unique] = true
			group[i].rename(unique)
		}
	}
}

// uniqueNames names a group of definitions with the same short name.
func (b *Builder) uniqueNames(base string, group []*definition) []string {
	names := make([]string, len(group))
	var rest []int
	home := 0
	for i, d := range group {
		names[i] = base
		if d.named.Obj().Pkg().Path() == b.options.Package {
			home++
		}
	}
	if len(group) == 1 {
		return names
	}
	for i, d := range group {
		if home != 1 || d.named.Obj().Pkg().Path() != b.options.Package {
			rest = append(rest, i)
		}
	}
	qualifyApart(base, group, rest, names)
	return names
}

// qualifyApart gives each of the rest of group the shortest qualified name that
// no other has.
func qualifyApart(base string, group []*definition, rest []int, names []string) {
	elements := make([]int, len(group))
	for clash := rest; len(clash) > 0; {
		for _, i := range clash {
			elements[i]++
			path := strings.Split(group[i].named.Obj().Pkg().Path(), "/")
			names[i] = qualify(path[max(0, len(path)-elements[i]):], base)
		}
		clash = slices.DeleteFunc(slices.Clone(rest), func(i int) bool {
			longest := strings.Count(group[i].named.Obj().Pkg().Path(), "/") + 1
			same := 0
			for _, name := range names {
				if name == names[i] {
					same++
				}
			}
			return same == 1 || elements[i] >= longest
		})
	}
}

// qualify prefixes base by path elements: store.v1.Item.
func qualify(path []string, base string) string {
	parts := make([]string, 0, len(path)+1)
	for _, element := range path {
		parts = append(parts, sanitizePath(element))
	}
	return strings.Join(append(parts, base), ".")
}

// sanitizePath is sanitize for package path elements, with "-" and the like as underscores.
func sanitizePath(element string) string {
	return sanitize(strings.Map(func(r rune) rune {
		if strings.ContainsRune("-.~+", r) {
			return '_'
		}
		return r
	}, element))
}

// rename gives d its final name and title, and tells everyone who refers to it.
func (d *definition) rename(name string) {
	d.name = name
	d.schema.Title = title(name)
	for _, ref := range d.refs {
		if ref.Ref != "" { // a struct tag may have replaced the reference
			ref.Ref = refTo(name)
		}
	}
}

// title is a definition's name for code generators: StoreItem for store.Item.
func title(name string) string {
	parts := strings.Split(name, ".")
	if len(parts) > 1 {
		for i, part := range parts {
			parts[i] = capitalize(part)
		}
	}
	return strings.Join(parts, "")
}
