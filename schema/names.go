package schema

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
	"unicode/utf8"
)

func refTo(name string) string { return "#/$defs/" + name }

// definitionName is the short name of a named type: PageOfPoint for Page[Point].
func definitionName(named *types.Named) string {
	name := sanitize(named.Obj().Name())
	for i := range named.TypeArgs().Len() {
		link := "Of"
		if i > 0 {
			link = "And"
		}
		name += link + typeArgName(named.TypeArgs().At(i))
	}
	return name
}

// typeArgName is how a type argument appears in a definition's name.
func typeArgName(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return capitalize(definitionName(t))
	case *types.Basic:
		return capitalize(t.Name())
	case *types.Pointer:
		return "Optional" + typeArgName(t.Elem())
	case *types.Slice:
		if isByte(t.Elem()) {
			return "Bytes"
		}
		return "ListOf" + typeArgName(t.Elem())
	case *types.Array:
		return fmt.Sprintf("ArrayOf%d%s", t.Len(), typeArgName(t.Elem()))
	case *types.Map:
		return "MapOf" + typeArgName(t.Elem())
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
	groups := make(map[string][]*definition)
	ids := make(map[*definition]string, len(b.defs))
	for id, d := range b.defs {
		groups[d.base] = append(groups[d.base], d)
		ids[d] = id
	}
	taken := make(map[string]bool)
	for _, base := range sortedKeys(groups) {
		group := groups[base]
		slices.SortFunc(group, func(x, y *definition) int { return strings.Compare(ids[x], ids[y]) })
		for i, name := range b.uniqueNames(base, group) {
			for unique, n := name, 2; ; n++ {
				if !taken[unique] {
					group[i].rename(unique)
					taken[unique] = true
					break
				}
				unique = fmt.Sprintf("%s_%d", name, n)
			}
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
		if d.obj.Pkg().Path() == b.options.Package {
			home++
		}
	}
	if len(group) == 1 {
		return names
	}
	for i, d := range group {
		if home != 1 || d.obj.Pkg().Path() != b.options.Package {
			rest = append(rest, i)
		}
	}
	for elements := 1; ; elements++ {
		seen := make(map[string]int)
		longest := 0
		for _, i := range rest {
			path := strings.Split(group[i].obj.Pkg().Path(), "/")
			longest = max(longest, len(path))
			names[i] = qualify(path[max(0, len(path)-elements):], base)
			seen[names[i]]++
		}
		if len(seen) == len(rest) || elements >= longest {
			return names
		}
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
