package config

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

var scalarType = reflect.TypeFor[scalar]()

// isScalar reports whether a value is written as one word.
func isScalar(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.String:
		return true
	}
	return reflect.PointerTo(v.Type()).Implements(scalarType)
}

// scalar decodes a word.
func (d *decoder) scalar(node ast.Node, v reflect.Value, p path, limits reflect.StructTag) {
	text, isText, ok := wordOf(node)
	if !ok {
		d.wrongType(node, v.Type(), p)
		return
	}
	at := positionOf(node)
	if custom, ok := v.Addr().Interface().(scalar); ok {
		if err := custom.parse(text); err != nil {
			d.report(at, p, "%v", err)
			return
		}
		d.bounds(at, v, p, limits)
		return
	}
	switch v.Kind() {
	case reflect.String:
		d.text(node, text, isText, v, p, limits)
	case reflect.Bool:
		flag, ok := node.(*ast.BoolNode)
		if !ok {
			d.wrongType(node, v.Type(), p)
			return
		}
		v.SetBool(flag.Value)
	case reflect.Int:
		n, err := strconv.Atoi(strings.ReplaceAll(text, "_", ""))
		if err != nil || isText {
			d.wrongType(node, v.Type(), p)
			return
		}
		v.SetInt(int64(n))
		d.bounds(at, v, p, limits)
	}
}

// text decodes a string. What YAML reads as something else has to be quoted, so
// that nobody wonders where a leading 0 went.
func (d *decoder) text(node ast.Node, text string, isText bool, v reflect.Value, p path, limits reflect.StructTag) {
	secret := v.Type() == reflect.TypeFor[Secret]()
	switch {
	case !isText && secret:
		d.report(positionOf(node), p, "want a text: put it in quotes, since YAML reads this as a number or a word of its own")
		return
	case !isText:
		d.report(positionOf(node), p, "want a text: write it as %q, since YAML reads %s as something else", text, text)
		return
	case secret && text == "":
		d.report(positionOf(node), p, "an empty secret lets anybody in")
		return
	}
	if secret {
		resolved, err := resolve(text, d.dir)
		if err != nil {
			d.report(positionOf(node), p, "%v", err)
			return
		}
		d.literalSecrets = d.literalSecrets || resolved == text
		text = resolved
	}
	if allowed := limits.Get("enum"); allowed != "" && !slices.Contains(strings.Split(allowed, ","), text) {
		choices := strings.Split(allowed, ",")
		if suggestion := nearest(text, choices); suggestion != "" {
			d.report(positionOf(node), p, "%q is unknown, did you mean %s?", text, suggestion)
			return
		}
		d.report(positionOf(node), p, "%q is unknown, want one of %s", text, strings.Join(choices, ", "))
		return
	}
	if limits.Get("path") != "" {
		text = relativeTo(d.dir, text)
	}
	v.SetString(text)
}

// bounds checks a number against the tags min and max.
func (d *decoder) bounds(at Position, v reflect.Value, p path, limits reflect.StructTag) {
	for _, bound := range []struct {
		name, words string
		broken      func(int64) bool
	}{
		{"min", "at least", func(bound int64) bool { return v.Int() < bound }},
		{"max", "at most", func(bound int64) bool { return v.Int() > bound }},
	} {
		if text := limits.Get(bound.name); text != "" && bound.broken(numberIn(text, v.Type())) {
			d.report(at, p, "want %s %s", bound.words, text)
		}
	}
}

// numberIn reads a bound, which is written like the value itself.
func numberIn(text string, t reflect.Type) int64 {
	v := reflect.New(t)
	if custom, ok := v.Interface().(scalar); ok {
		if err := custom.parse(text); err != nil {
			panic("config: wrong bound " + text)
		}
		return v.Elem().Int()
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		panic("config: wrong bound " + text)
	}
	return n
}

// wordOf is the text of a scalar, and whether YAML takes it for a string.
func wordOf(node ast.Node) (text string, isText, ok bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true, true
	case *ast.LiteralNode:
		return n.Value.Value, true, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, false, true
	}
	return "", false, false
}

func (d *decoder) wrongType(node ast.Node, t reflect.Type, p path) {
	d.report(positionOf(node), p, "is %s, want %s", described(node), wanted(t))
}

// described says what somebody wrote, without its value: that may be a secret.
func described(node ast.Node) string {
	switch node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "a text"
	case *ast.BoolNode:
		return "true or false"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	}
	return "something else"
}

// wanted says what a type is written like.
func wanted(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t {
	case reflect.TypeFor[Size]():
		return "a size such as 16MiB"
	case reflect.TypeFor[Duration]():
		return "a duration such as 5s"
	case reflect.TypeFor[Interval]():
		return "a duration such as 30s, or never"
	case reflect.TypeFor[Address]():
		return "an address such as 127.0.0.1:9090"
	case reflect.TypeFor[ListenURL]():
		return "a URL such as ws://127.0.0.1:8080/ws"
	case reflect.TypeFor[Secret]():
		return "a text, env:NAME or file:PATH"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.String:
		return "a text"
	case reflect.Slice:
		return "a list"
	case reflect.Struct:
		keys := keysOf(t)
		slices.Sort(keys)
		return "a mapping with keys among " + strings.Join(keys, ", ")
	}
	return "a mapping"
}
