package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Bounds for files that are made to grow: aliases are followed.
const (
	maxNesting = 64
	maxNodes   = 200_000
)

// decoder turns the syntax tree of a file into Go values and remembers where
// each of them stands. It goes on after a problem.
type decoder struct {
	dir       string // that paths are relative to
	file      string
	problems  Problems
	positions map[string]Position
	anchors   map[string]ast.Node
	expanding map[string]bool // anchors whose alias is being followed
	nodes     int

	literalSecrets bool // see Loaded
	nesting        int
}

// path is the place of a value: the keys that lead to it.
type path []string

func (p path) key(name string) path { return append(slices.Clip(p), name) }
func (p path) index(i int) path     { return p.key(strconv.Itoa(i + 1)) }

// String is the path for people.
func (p path) String() string { return strings.Join(p, ".") }

// id is the path as a key of decoder.positions. A key may contain a dot.
func (p path) id() string { return strings.Join(p, "\x00") }

// prefix is how a message about the value begins.
func (p path) prefix() string {
	if len(p) == 0 {
		return ""
	}
	return p.String() + ": "
}

func (d *decoder) report(at Position, p path, format string, args ...any) {
	d.problems = append(d.problems, Problem{File: d.file, Position: at, Message: p.prefix() + fmt.Sprintf(format, args...)})
}

// value decodes node into the settable value v.
func (d *decoder) value(node ast.Node, v reflect.Value, p path, limits reflect.StructTag) {
	at := positionOf(node)
	d.nodes++
	d.nesting++
	defer func() { d.nesting-- }()
	if d.nesting > maxNesting || d.nodes > maxNodes {
		if d.nodes <= maxNodes+1 {
			d.report(at, p, "nests too deep, or the file is too large")
			d.nodes = maxNodes + 2
		}
		return
	}
	node, leave := d.follow(node, p)
	defer leave()
	if node == nil {
		return
	}
	if _, known := d.positions[p.id()]; !known {
		d.positions[p.id()] = at
	}
	if null, ok := node.(*ast.NullNode); ok {
		hint := ""
		if t := v.Type(); t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct {
			hint = " ({} for all defaults)"
		}
		d.report(positionOf(null), p, "has no value: want %s%s, or leave the key out", wanted(v.Type()), hint)
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch {
	case isScalar(v):
		d.scalar(node, v, p, limits)
	case v.Kind() == reflect.Struct:
		d.structure(node, v, p)
	case v.Kind() == reflect.Map:
		d.dictionary(node, v, p)
	case v.Kind() == reflect.Slice:
		d.list(node, v, p, limits)
	default:
		panic("config: no way to decode " + v.Type().String())
	}
}

// follow finds what an anchor or an alias stands for; nil if that was reported.
func (d *decoder) follow(node ast.Node, p path) (ast.Node, func()) {
	leave := func() {}
	for {
		switch n := node.(type) {
		case *ast.AnchorNode:
			node = n.Value
		case *ast.AliasNode:
			name := n.Value.GetToken().Value
			target := d.anchors[name]
			if target == nil || d.expanding[name] {
				d.report(positionOf(n), p, "*%s refers to no anchor: want &%s at a value before it", name, name)
				return nil, leave
			}
			d.expanding[name] = true
			before := leave
			leave = func() { delete(d.expanding, name); before() }
			node = target
		case *ast.TagNode:
			d.report(positionOf(n), p, "tags such as %s are not used here", n.Start.Value)
			return nil, leave
		case *ast.MappingValueNode:
			return &ast.MappingNode{BaseNode: n.BaseNode, Start: n.Start, Values: []*ast.MappingValueNode{n}}, leave
		default:
			return node, leave
		}
	}
}

// entry is a key of a mapping and its value.
type entry struct {
	name  string
	at    Position
	value ast.Node
}

// entries are the keys of a mapping, with those that are merged in by "<<" last.
func (d *decoder) entries(m *ast.MappingNode, p path) []entry {
	var own, merged []entry
	seen := map[string]Position{}
	for _, pair := range m.Values {
		at := positionOf(pair.Key)
		if _, merge := pair.Key.(*ast.MergeKeyNode); merge {
			merged = append(merged, d.merged(pair.Value, p)...)
			continue
		}
		name, ok := d.keyName(pair.Key)
		if !ok {
			d.report(at, p, "want a plain word as a key")
			continue
		}
		if first, twice := seen[name]; twice {
			d.report(at, p.key(name), "is given twice, first in line %d", first.Line)
			continue
		}
		seen[name] = at
		own = append(own, entry{name, at, pair.Value})
	}
	for _, e := range merged { // what the mapping itself says has precedence
		if _, overridden := seen[e.name]; !overridden {
			seen[e.name] = e.at
			own = append(own, e)
		}
	}
	return own
}

// keyName is the text of a key.
func (d *decoder) keyName(key ast.Node) (string, bool) {
	switch k := key.(type) {
	case *ast.StringNode:
		return k.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return k.GetToken().Value, true // an authid such as 007, or the word no
	}
	return "", false
}

// merged are the entries of what "<<" refers to: a mapping or a list of them.
func (d *decoder) merged(node ast.Node, p path) []entry {
	d.nesting++
	defer func() { d.nesting-- }()
	at := positionOf(node)
	if d.nesting > maxNesting {
		d.report(at, p, "nests too deep")
		return nil
	}
	target, leave := d.follow(node, p)
	defer leave()
	switch t := target.(type) {
	case nil:
		return nil
	case *ast.MappingNode:
		return d.entries(t, p)
	case *ast.SequenceNode:
		var all []entry
		for _, item := range t.Values {
			all = append(all, d.merged(item, p)...)
		}
		return all
	}
	d.report(at, p, "<<: want a mapping, such as *name")
	return nil
}

// structure decodes a mapping with keys that are known.
func (d *decoder) structure(node ast.Node, v reflect.Value, p path) {
	m, ok := node.(*ast.MappingNode)
	if !ok {
		d.wrongType(node, v.Type(), p)
		return
	}
	given := map[string]bool{}
	for _, e := range d.entries(m, p) {
		field, known := fieldNamed(v.Type(), e.name)
		if !known {
			d.unknownKey(e, v.Type(), p)
			continue
		}
		given[e.name] = true
		d.positions[p.key(e.name).id()] = e.at
		d.value(e.value, v.FieldByIndex(field.Index), p.key(e.name), field.Tag)
	}
	for _, f := range fieldsOf(v.Type()) {
		if name := keyOf(f); f.Tag.Get("required") != "" && !given[name] {
			d.report(positionOf(m), p, "the key %q is missing: %s", name, f.Tag.Get("doc"))
		}
	}
}

func (d *decoder) unknownKey(e entry, t reflect.Type, p path) {
	names := keysOf(t)
	if suggestion := nearest(e.name, names); suggestion != "" {
		d.report(e.at, p.key(e.name), "unknown key, did you mean %s?", suggestion)
		return
	}
	slices.Sort(names)
	d.report(e.at, p.key(e.name), "unknown key, want one of %s", strings.Join(names, ", "))
}

// dictionary decodes a mapping with any keys.
func (d *decoder) dictionary(node ast.Node, v reflect.Value, p path) {
	m, ok := node.(*ast.MappingNode)
	if !ok {
		d.wrongType(node, v.Type(), p)
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range d.entries(m, p) {
		d.positions[p.key(e.name).id()] = e.at
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(e.value, value, p.key(e.name), "")
		v.SetMapIndex(reflect.ValueOf(e.name), value)
	}
}

// list decodes a sequence. A single word stands for a list of one.
func (d *decoder) list(node ast.Node, v reflect.Value, p path, limits reflect.StructTag) {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		item := reflect.New(v.Type().Elem()).Elem()
		if _, single := node.(ast.ScalarNode); !single || !isScalar(item) {
			d.wrongType(node, v.Type(), p)
			return
		}
		d.positions[p.index(0).id()] = positionOf(node)
		d.scalar(node, item, p.index(0), limits)
		v.Set(reflect.Append(v, item))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(sequence.Values), len(sequence.Values)))
	for i, item := range sequence.Values {
		d.value(item, v.Index(i), p.index(i), limits)
	}
}

// positionOf is where a node begins.
func positionOf(node ast.Node) Position {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return positionOf(m.Values[0].Key)
	}
	if pair, ok := node.(*ast.MappingValueNode); ok {
		return positionOf(pair.Key)
	}
	if node == nil || reflect.ValueOf(node).IsNil() {
		return Position{}
	}
	if t := node.GetToken(); t != nil && t.Position != nil {
		return Position{t.Position.Line, t.Position.Column}
	}
	return Position{}
}
