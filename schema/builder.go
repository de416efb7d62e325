package schema

import (
	"encoding/json"
	"fmt"
	"go/token"
	"go/types"
	"math"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"
)

// Options say where a [Builder] finds what types alone do not tell. The zero
// value is usable.
type Options struct {
	// Package is the path of the package being described. Where two packages
	// have a type of the same name, its type keeps the short name.
	Package string

	// Fset holds the positions of the types' objects. It puts the constants of
	// an enum into the order of their declarations; without it they are sorted.
	Fset *token.FileSet

	// Doc returns the documentation of a type name, struct field or constant,
	// or "". A nil Doc documents nothing.
	Doc func(types.Object) string

	// Enum returns the constants that are all values of a type. With false, or
	// if Enum is nil, they are the exported constants of that type in its own
	// package. A type without any is no enum.
	Enum func(*types.TypeName) ([]*types.Const, bool)

	// OpenEnum reports whether a type may have other values than its constants.
	// Integer types whose constants look like flags always may.
	OpenEnum func(*types.TypeName) bool

	// OneOf returns the structs that an interface stands for, nil for other interfaces,
	// which do not travel.
	OneOf func(*types.TypeName) *Union

	// Keywords returns what an annotation says about the schema of a type. Names are
	// those of the jsonschema struct tag: title, description, type, format, pattern,
	// minimum and so on; one that the values of the type cannot have is an error.
	Keywords func(*types.TypeName) []Keyword
}

// Builder makes JSON Schemas of Go types. Named types become definitions that
// every schema of the builder refers to.
//
// The names of definitions, and with them the references, are settled only when
// everything has been built: do not marshal a schema before the last call of
// Schema, Tuple, Params, Result, Request or Error. A Builder is not for
// concurrent use.
type Builder struct {
	options Options
	defs    map[string]*definition // by identity
}

// definition is one entry of $defs.
type definition struct {
	id     string // its key in Builder.defs: the type with package paths
	named  *types.Named
	name   string    // such as PageOfPoint, qualified where that is not unique
	schema *Schema   //
	refs   []*Schema // whose Ref is this definition
}

// NewBuilder returns a builder without definitions.
func NewBuilder(o Options) *Builder {
	return &Builder{options: o, defs: make(map[string]*definition)}
}

// Schema describes t. The error is a [TypeErrors] that lists everything in t
// that cannot travel; the builder is then as if t had not been asked about.
func (b *Builder) Schema(t types.Type) (*Schema, error) {
	w := &walk{Builder: b}
	s := w.schema(t, w.start(t))
	return s, w.finish()
}

// Defs returns the definitions that the schemas built so far refer to. They
// belong to the builder.
func (b *Builder) Defs() Definitions {
	defs := make(Definitions, len(b.defs))
	for _, d := range b.defs {
		defs[d.name] = d.schema
	}
	return defs
}

func (b *Builder) doc(obj types.Object) string {
	if b.options.Doc == nil || obj == nil {
		return ""
	}
	return b.options.Doc(obj)
}

// describe documents s. A paragraph that begins with "Deprecated:" marks it as such.
func describe(s *Schema, doc string) {
	s.Description = strings.TrimSpace(strings.ReplaceAll(doc, "\r\n", "\n"))
	s.Deprecated = strings.HasPrefix(s.Description, "Deprecated:") || strings.Contains(s.Description, "\n\nDeprecated:")
}

// maxDepth is how deeply types may nest; what is deeper is an ever growing generic type.
const maxDepth = 64

// walk is the building of one schema.
type walk struct {
	*Builder
	errs  TypeErrors
	added []string // identities of definitions, to be taken back on error
}

// start is the trail of a walk that begins at t.
func (w *walk) start(t types.Type) *trail {
	switch t := types.Unalias(t).(type) {
	case *types.Pointer:
		return w.start(t.Elem())
	case *types.Named:
		if _, ok := t.Underlying().(*types.Struct); ok {
			return &trail{step: t.Obj().Name(), root: true}
		}
	}
	return nil
}

func (w *walk) finish() error {
	if len(w.errs) > 0 {
		for _, id := range w.added {
			delete(w.defs, id)
		}
		return w.errs
	}
	if len(w.added) > 0 {
		w.nameDefinitions()
	}
	return nil
}

// refuse records an error and stands in for the schema.
func (w *walk) refuse(t types.Type, at *trail, why string) *Schema {
	w.errs = append(w.errs, &TypeError{Path: at.String(), Type: typeString(t), Reason: why, Pos: at.Pos()})
	return new(Schema)
}

// schema describes t, by reference if it has a name of its own.
func (w *walk) schema(t types.Type, at *trail) *Schema {
	t = types.Unalias(t)
	kind, why := classify(t)
	if kind == Invalid && w.union(t) != nil {
		kind = OneOf
	}
	switch {
	case kind == Invalid:
		return w.refuse(t, at, why)
	case at.length() > maxDepth:
		return w.refuse(t, at, whyEndless)
	case kind == Time || kind == Duration:
		return w.inline(t, kind, at)
	}
	if named, ok := t.(*types.Named); ok && !predeclared(named) {
		return w.reference(named, kind, at)
	}
	return w.inline(t, kind, at)
}

func predeclared(named *types.Named) bool { return named.Obj().Pkg() == nil }

// reference returns a schema that refers to named's definition, which it makes if need be.
func (w *walk) reference(named *types.Named, kind Kind, at *trail) *Schema {
	switch qualifiedName(named) {
	case cborPackage + ".RawMessage", "encoding/json.RawMessage", "encoding/json/jsontext.Value":
		return new(Schema) // any value, already encoded
	}
	id := types.TypeString(named, nil)
	d, ok := w.defs[id]
	if !ok {
		d = &definition{id: id, named: named, schema: new(Schema)}
		w.defs[id] = d
		w.added = append(w.added, id)
		w.define(d, named, kind, at)
	}
	ref := new(Schema)
	d.refs = append(d.refs, ref)
	ref.Ref = refTo(d.name)
	return ref
}

// define fills d.schema in place, because recursive types already refer to it.
func (w *walk) define(d *definition, named *types.Named, kind Kind, at *trail) {
	if kind == Optional && pointsToItself(named) {
		w.refuse(named, at, whyEndless)
		return
	}
	*d.schema = *w.inline(named, kind, at)
	describe(d.schema, w.doc(named.Obj()))
	w.enumerate(d.schema, named, kind)
	w.annotate(d.schema, named, at)
}

// pointsToItself reports types such as: type P *P.
func pointsToItself(named *types.Named) bool {
	seen := map[types.Type]bool{}
	for t := types.Type(named); !seen[t]; {
		seen[t] = true
		p, ok := t.Underlying().(*types.Pointer)
		if !ok {
			return false
		}
		t = types.Unalias(p.Elem())
	}
	return true
}

// inline describes t's own structure, whatever its name.
func (w *walk) inline(t types.Type, kind Kind, at *trail) *Schema {
	switch kind {
	case Any, Opaque:
		return new(Schema)
	case Bool:
		return &Schema{Type: "boolean"}
	case Int, Uint:
		return integer(t.Underlying().(*types.Basic).Kind())
	case Float:
		return &Schema{Type: "number"}
	case String:
		return &Schema{Type: "string"}
	case Bytes:
		return &Schema{Type: "string", ContentEncoding: "base64", Extras: map[string]any{extraType: "binary"}}
	case Time:
		return nullable(&Schema{Type: "string", Format: "date-time"}) // the encoder sends null for the zero time
	case Duration:
		return &Schema{Type: "integer", Extras: map[string]any{extraType: "duration"}}
	case Text:
		return &Schema{Type: "string", Format: textFormats[qualifiedName(t)]}
	case Optional:
		return nullable(w.schema(t.Underlying().(*types.Pointer).Elem(), at))
	case List:
		elem := t.Underlying().(*types.Slice).Elem()
		return &Schema{Type: "array", Items: w.schema(elem, at.into("[0]"))}
	case Array:
		a := t.Underlying().(*types.Array)
		n := uint64(a.Len())
		return &Schema{Type: "array", Items: w.schema(a.Elem(), at.into("[0]")), MinItems: &n, MaxItems: &n}
	case Map:
		return w.mapping(t.Underlying().(*types.Map), at)
	case Struct:
		return w.object(t, at)
	case OneOf:
		return w.alternatives(w.union(t), at)
	}
	panic(fmt.Sprintf("schema: kind %d of %s", kind, t))
}

// Keywords of our own, in Schema.Extras.
const (
	extraType             = "x-wamp-type"         // "binary" or "duration"
	extraPosition         = "x-wamp-position"     // index in the list of arguments
	extraVariadic         = "x-wamp-variadic"     // true: the rest of the list
	extraKnownValues      = "x-wamp-known-values" // constants of an open enum
	extraEnumNames        = "x-enum-varnames"     // Go names of the constants, known to several code generators
	extraEnumDescriptions = "x-enum-descriptions" // their documentation
)

// textFormats are the JSON Schema formats of well-known TextMarshalers.
var textFormats = map[string]string{
	"github.com/google/uuid.UUID":   "uuid",
	"github.com/gofrs/uuid.UUID":    "uuid",
	"github.com/gofrs/uuid/v5.UUID": "uuid",
}

// integer has the range of the Go kind. That of int is left open: it depends on the machine.
func integer(kind types.BasicKind) *Schema {
	s := &Schema{Type: "integer"}
	limits := func(low int64, high uint64) {
		s.Minimum = json.Number(strconv.FormatInt(low, 10))
		s.Maximum = json.Number(strconv.FormatUint(high, 10))
	}
	switch kind {
	case types.Int8:
		limits(math.MinInt8, math.MaxInt8)
	case types.Int16:
		limits(math.MinInt16, math.MaxInt16)
	case types.Int32:
		limits(math.MinInt32, math.MaxInt32)
	case types.Int64:
		limits(math.MinInt64, math.MaxInt64)
	case types.Uint:
		s.Minimum = "0"
	case types.Uint8:
		limits(0, math.MaxUint8)
	case types.Uint16:
		limits(0, math.MaxUint16)
	case types.Uint32:
		limits(0, math.MaxUint32)
	case types.Uint64:
		limits(0, math.MaxUint64)
	}
	return s
}

// nullable is s or null.
func nullable(s *Schema) *Schema {
	if isNullable(s) {
		return s
	}
	return &Schema{AnyOf: []*Schema{s, {Type: "null"}}}
}

func isNullable(s *Schema) bool {
	return isAny(s) || len(s.AnyOf) == 2 && s.AnyOf[1].Type == "null"
}

// isAny reports whether s is the schema of all values.
func isAny(s *Schema) bool {
	text, err := s.MarshalJSON()
	return err == nil && string(text) == "true"
}

func (w *walk) mapping(m *types.Map, at *trail) *Schema {
	s := &Schema{Type: "object"}
	key := types.Unalias(m.Key())
	switch kind, why := classify(key); kind {
	case String:
		if _, named := key.(*types.Named); named {
			s.PropertyNames = w.schema(key, at.into("(key)"))
		}
	case Text, Time:
	case Invalid:
		w.refuse(key, at.into("(key)"), why)
	default:
		w.refuse(key, at.into("(key)"), whyMapKey)
	}
	s.AdditionalProperties = w.schema(m.Elem(), at.into(`["key"]`))
	return s
}

func (w *walk) object(t types.Type, at *trail) *Schema {
	fields := w.fields(t, at)
	s := &Schema{Type: "object"}
	if len(fields) > 0 {
		s.Properties = jsonschema.NewProperties()
	}
	for _, f := range fields {
		property := w.schema(f.v.Type(), f.at) // even if it is not shown: it travels
		if f.omitZero && KindOf(f.v.Type()) == Time {
			property = property.AnyOf[0] // null would only stand for zero
		}
		tag := parseTag(f.tag)
		if tag.hidden {
			continue
		}
		describe(property, w.doc(f.v))
		property = w.applyTag(tag, f, property, s)
		s.Properties.Set(f.name, property)
		if f.always || tag.required {
			s.Required = append(s.Required, f.name)
		}
	}
	return s
}

func typeString(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string { return p.Name() })
}
