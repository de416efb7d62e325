package schema_test

import (
	"fmt"
	"go/token"
	"go/types"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/wampkit/wampkit/schema"
)

// Random structs, each as a go/types type and as a reflect type of the same
// structure: what the encoder makes of random values must fit the schema, and
// must have no key that the schema does not know.
func TestRandomTypesAndValues(t *testing.T) {
	s := checkFile(t, "fixture_test.go")
	rounds := uint64(400)
	if testing.Short() {
		rounds = 50
	}
	for seed := range rounds {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), sources: s}
		typ, rtyp := g.structure(3)
		b := s.builder()
		got, err := b.Schema(typ)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		forbidOthers(got)
		for _, def := range b.Defs() {
			forbidOthers(def)
		}
		compiled := compile(t, got, b.Defs())
		for range 5 {
			v := reflect.New(rtyp).Elem()
			g.fill(v, 6)
			if err := compiled.Validate(onTheWire(t, v.Interface())); err != nil {
				t.Fatalf("seed %d: %v\ntype %v\nvalue %+v\nschema %s", seed, err, rtyp, v, one(got.MarshalJSON()))
			}
		}
	}
}

// forbidOthers closes all objects that are no dictionaries.
func forbidOthers(s *schema.Schema) {
	if s.Type == "object" && s.AdditionalProperties == nil {
		s.AdditionalProperties = &schema.Schema{Not: &schema.Schema{}}
	}
	for _, sub := range append(append([]*schema.Schema{s.Items}, s.AnyOf...), s.PrefixItems...) {
		if sub != nil {
			forbidOthers(sub)
		}
	}
	if s.Properties != nil {
		for _, sub := range s.Properties.FromOldest() {
			forbidOthers(sub)
		}
	}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Not == nil {
		forbidOthers(s.AdditionalProperties)
	}
}

type generator struct {
	*rand.Rand
	sources *sources
}

// named are types of the fixture; those that can be embedded come first.
var named = []reflect.Type{
	reflect.TypeFor[Named](), reflect.TypeFor[Left](), reflect.TypeFor[Right](), reflect.TypeFor[Twice](), reflect.TypeFor[ViaLeft](),
	reflect.TypeFor[ViaBoth](), reflect.TypeFor[Pointed](),
	reflect.TypeFor[Text](), reflect.TypeFor[color](), reflect.TypeFor[permission](), reflect.TypeFor[level](), reflect.TypeFor[uuid](),
	reflect.TypeFor[tree](), reflect.TypeFor[kinds](), reflect.TypeFor[stamped](), reflect.TypeFor[money](),
}

const embeddable = 7

var basics = map[types.BasicKind]reflect.Type{
	types.Bool: reflect.TypeFor[bool](), types.Int: reflect.TypeFor[int](), types.Int8: reflect.TypeFor[int8](), types.Int16: reflect.TypeFor[int16](),
	types.Int32: reflect.TypeFor[int32](), types.Int64: reflect.TypeFor[int64](), types.Uint: reflect.TypeFor[uint](), types.Uint8: reflect.TypeFor[uint8](),
	types.Uint16: reflect.TypeFor[uint16](), types.Uint32: reflect.TypeFor[uint32](), types.Uint64: reflect.TypeFor[uint64](),
	types.Float32: reflect.TypeFor[float32](), types.Float64: reflect.TypeFor[float64](), types.String: reflect.TypeFor[string](),
}

func (g *generator) fixture(rt reflect.Type) types.Type {
	return g.sources.pkg.Scope().Lookup(rt.Name()).Type()
}

func (g *generator) structure(depth int) (types.Type, reflect.Type) {
	var fields []*types.Var
	var rfields []reflect.StructField
	var tags []string
	pkg := g.sources.pkg
	for _, i := range g.Perm(embeddable)[:g.IntN(4)] {
		rt := named[i]
		var t types.Type = g.fixture(rt)
		name := rt.Name()
		if g.IntN(3) == 0 {
			t, rt = types.NewPointer(t), reflect.PointerTo(rt)
		}
		tag := g.tag("emb" + fmt.Sprint(i))
		fields, tags = append(fields, types.NewField(token.NoPos, pkg, name, t, true)), append(tags, tag)
		rfields = append(rfields, reflect.StructField{Name: name, Type: rt, Tag: reflect.StructTag(tag), Anonymous: true})
	}
	for i := range g.IntN(6) {
		t, rt := g.any(depth - 1)
		name := []string{"A", "B", "Common", "Both", "Other", "Far", "Dup", "Option"}[g.IntN(4)*2%8+i%2] + fmt.Sprint(i/2)
		if g.IntN(2) == 0 && i < 2 {
			name = []string{"Common", "Dup"}[i] // competes with embedded fields
		}
		if repeated(rfields, name) {
			continue
		}
		tag := g.tag(fmt.Sprintf("json%d", i))
		fields, tags = append(fields, types.NewField(token.NoPos, pkg, name, t, false)), append(tags, tag)
		rfields = append(rfields, reflect.StructField{Name: name, Type: rt, Tag: reflect.StructTag(tag)})
	}
	return types.NewStruct(fields, tags), reflect.StructOf(rfields)
}

func repeated(fields []reflect.StructField, name string) bool {
	for _, f := range fields {
		if f.Name == name {
			return true
		}
	}
	return false
}

func (g *generator) tag(name string) string {
	return []string{
		"", "", "", `json:",omitempty"`, `json:",omitzero"`, `json:"` + name + `"`, `json:"` + name + `,omitempty"`, `json:"-"`, `cbor:"` + name + `c,omitzero" json:"x"`,
		`json:"Other"`, `json:"Both,omitempty"`,
	}[g.IntN(11)]
}

func (g *generator) any(depth int) (types.Type, reflect.Type) {
	if depth <= 0 {
		return g.leaf()
	}
	switch g.IntN(8) {
	case 0:
		t, rt := g.any(depth - 1)
		return types.NewPointer(t), reflect.PointerTo(rt)
	case 1:
		t, rt := g.any(depth - 1)
		return types.NewSlice(t), reflect.SliceOf(rt)
	case 2:
		t, rt := g.any(depth - 1)
		n := g.IntN(4)
		return types.NewArray(t, int64(n)), reflect.ArrayOf(n, rt)
	case 3:
		t, rt := g.any(depth - 1)
		key, rkey := g.key()
		return types.NewMap(key, t), reflect.MapOf(rkey, rt)
	case 4:
		return g.structure(depth - 1)
	}
	return g.leaf()
}

func (g *generator) key() (types.Type, reflect.Type) {
	rt := []reflect.Type{reflect.TypeFor[Text](), reflect.TypeFor[color](), reflect.TypeFor[level]()}[g.IntN(3)]
	if g.IntN(2) == 0 {
		return types.Typ[types.String], reflect.TypeFor[string]()
	}
	return g.fixture(rt), rt
}

func (g *generator) leaf() (types.Type, reflect.Type) {
	switch g.IntN(4) {
	case 0:
		rt := named[g.IntN(len(named))]
		return g.fixture(rt), rt
	case 1:
		field := []string{"Time", "For", "Addr", "Bytes", "Digest", "Any"}[g.IntN(6)]
		rf, _ := reflect.TypeFor[kinds]().FieldByName(field)
		obj, _, _ := types.LookupFieldOrMethod(g.fixture(reflect.TypeFor[kinds]()), false, g.sources.pkg, field)
		return obj.Type(), rf.Type
	}
	kind := types.BasicKind(int(types.Bool) + g.IntN(int(types.String)))
	if rt := basics[kind]; rt != nil {
		return types.Typ[kind], rt
	}
	return types.Typ[types.String], reflect.TypeFor[string]()
}

// fill sets v to something; enums get one of their values, always.
func (g *generator) fill(v reflect.Value, depth int) {
	switch v.Type() {
	case reflect.TypeFor[color]():
		v.SetString([]string{"red", "blue"}[g.IntN(2)])
		return
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf([]time.Time{{}, time.Unix(g.Int64N(1e10), g.Int64N(1e9))}[g.IntN(2)]))
		return
	case reflect.TypeFor[netip.Addr](), reflect.TypeFor[money](), reflect.TypeFor[stamped](), reflect.TypeFor[uuid]():
		return
	}
	if depth <= 0 && v.Kind() != reflect.Struct && v.Kind() != reflect.Array {
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(g.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(g.Uint64()) >> g.IntN(64))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(g.Uint64() >> g.IntN(64))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(g.NormFloat64())
	case reflect.String:
		v.SetString([]string{"", "a", "ü\x00<&>", `"\`}[g.IntN(4)])
	default:
		g.fillComposite(v, depth-1)
	}
}

func (g *generator) fillComposite(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		if g.IntN(2) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			g.fill(v.Elem(), depth)
		}
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{"x": []any{int64(1), nil, "y"}}))
	case reflect.Slice:
		if n := g.IntN(4); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n-1, n-1))
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			g.fill(v.Index(i), depth)
		}
	case reflect.Map:
		for range g.IntN(3) {
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			g.fill(key, 1)
			g.fill(elem, depth)
			if v.IsNil() {
				v.Set(reflect.MakeMap(v.Type()))
			}
			v.SetMapIndex(key, elem)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() && v.Type().Field(i).Type != reflect.TypeFor[any]() && v.Type().Field(i).Name != "Raw" {
				g.fill(v.Field(i), depth)
			}
		}
	}
}
