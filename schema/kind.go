package schema

import (
	"go/types"
)

// Kind is how a Go type travels.
type Kind uint8

// The kinds. Invalid types do not travel at all.
const (
	Invalid  Kind = iota
	Any           // the empty interface: any value of the data profile
	Opaque        // implements MarshalCBOR or, without MarshalText, json.Marshaler: only its author knows
	Bool          //
	Int           // signed, of any size
	Uint          // unsigned, of any size
	Float         //
	String        //
	Bytes         // []byte, [N]byte and the like
	Time          // time.Time: an RFC 3339 string; null for the zero time
	Duration      // time.Duration: integer nanoseconds
	Text          // implements encoding.TextMarshaler: a string
	Optional      // a pointer: its element or null
	List          // a slice
	Array         // an array: a list of fixed length
	Map           // a dictionary with any keys
	Struct        // a dictionary with the fields as keys
	OneOf         // an interface that stands for a closed set of structs, see [Union]; KindOf says Invalid
)

// KindOf says how t travels, looking at t alone and not at what it holds.
func KindOf(t types.Type) Kind {
	kind, _ := classify(t)
	return kind
}

// Reasons why a type does not travel.
const (
	whyInvalid    = "the type is not defined, or its package does not compile"
	whyTypeParam  = "a type parameter has no wire form: instantiate the generic type"
	whyChan       = "a channel cannot travel: use a slice, or a stream (iter.Seq2[T, error]) as parameter or result"
	whyFunc       = "a function cannot travel"
	whyComplex    = "a complex number cannot travel: use a struct of two floats"
	whyPointer    = "an address has no meaning in another process: use uint64"
	whyError      = "an error value cannot travel: return it as the last result, or use a string"
	whyInterface  = "an interface with methods cannot be decoded: use a concrete type or any, or name its types with //wamp:oneof"
	whyBigInt     = "integers beyond 64 bits are outside the WAMP data profile: use int64, uint64 or string"
	whyTag        = "CBOR tags and simple values do not survive other serializers"
	whyTextOnly   = "MarshalText without UnmarshalText: it would arrive as a string that cannot be decoded"
	whyCBOROnly   = "MarshalCBOR without UnmarshalCBOR: it could be sent but not decoded"
	whyJSONOnly   = "MarshalJSON without UnmarshalJSON: it could be sent but not decoded"
	whyNoFields   = "no exported fields: nothing of it would travel"
	whyMapKey     = "dictionary keys are strings: use a string type or one that implements encoding.TextMarshaler"
	whyEndless    = "the type never ends"
	whyStringTag  = "the string option of the json tag is not supported: use a string, or the plain number"
	whyKeyAsInt   = "dictionary keys are strings: the keyasint option is not supported"
	whyToArray    = "structs travel as dictionaries: the toarray options are not supported"
	whyEmbeddedPt = "an embedded pointer to an unexported struct cannot be decoded: embed the struct itself or name the field"
)

// classify is KindOf with the reason why a type is Invalid. It follows the order
// in which the CBOR encoder decides.
func classify(t types.Type) (Kind, string) {
	t = types.Unalias(t)
	if _, ok := t.(*types.TypeParam); ok {
		return Invalid, whyTypeParam
	}
	if _, ok := t.Underlying().(*types.Pointer); ok {
		return Optional, ""
	}
	if kind, why, ok := classifyKnown(t); ok {
		return kind, why
	}
	if u, ok := t.Underlying().(*types.Interface); ok {
		return classifyInterface(t, u)
	}
	switch {
	case hasMethod(t, "MarshalCBOR"):
		if !hasMethod(t, "UnmarshalCBOR") {
			return Invalid, whyCBOROnly
		}
		return Opaque, ""
	case hasMethod(t, "MarshalText"):
		if !hasMethod(t, "UnmarshalText") && !hasMethod(t, "UnmarshalJSON") && !isString(t) {
			return Invalid, whyTextOnly
		}
		return Text, ""
	case hasMethod(t, "MarshalJSON"):
		if !hasMethod(t, "UnmarshalJSON") {
			return Invalid, whyJSONOnly
		}
		return Opaque, ""
	}
	return classifyUnderlying(t)
}

// classifyKnown decides about types by name.
func classifyKnown(t types.Type) (Kind, string, bool) {
	switch qualifiedName(t) {
	case "time.Time":
		return Time, "", true
	case "time.Duration":
		return Duration, "", true
	case "math/big.Int":
		return Invalid, whyBigInt, true
	case cborPackage + ".ByteString":
		return Bytes, "", true
	case cborPackage + ".Tag", cborPackage + ".RawTag", cborPackage + ".SimpleValue":
		return Invalid, whyTag, true
	}
	return Invalid, "", false
}

const cborPackage = "github.com/fxamacker/cbor/v2"

func classifyInterface(t types.Type, u *types.Interface) (Kind, string) {
	switch {
	case u.IsMethodSet() && u.NumMethods() == 0:
		return Any, ""
	case types.Identical(t, types.Universe.Lookup("error").Type()):
		return Invalid, whyError
	}
	return Invalid, whyInterface
}

func classifyUnderlying(t types.Type) (Kind, string) {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return classifyBasic(u)
	case *types.Slice:
		if isByte(u.Elem()) {
			return Bytes, ""
		}
		return List, ""
	case *types.Array:
		if isByte(u.Elem()) {
			return Bytes, ""
		}
		return Array, ""
	case *types.Map:
		return Map, ""
	case *types.Struct:
		return Struct, ""
	case *types.Chan:
		return Invalid, whyChan
	case *types.Signature:
		return Invalid, whyFunc
	}
	return Invalid, whyInvalid
}

func classifyBasic(b *types.Basic) (Kind, string) {
	info := b.Info()
	switch {
	case b.Kind() == types.Uintptr || b.Kind() == types.UnsafePointer:
		return Invalid, whyPointer
	case info&types.IsBoolean != 0:
		return Bool, ""
	case info&types.IsUnsigned != 0:
		return Uint, ""
	case info&types.IsInteger != 0:
		return Int, ""
	case info&types.IsFloat != 0:
		return Float, ""
	case info&types.IsString != 0:
		return String, ""
	case info&types.IsComplex != 0:
		return Invalid, whyComplex
	}
	return Invalid, whyInvalid
}

func isByte(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Uint8
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// qualifiedName is "path.Name" of a named type that is not generic, else "".
func qualifiedName(t types.Type) string {
	named, ok := t.(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.TypeArgs().Len() > 0 {
		return ""
	}
	return named.Obj().Pkg().Path() + "." + named.Obj().Name()
}

// hasMethod reports whether t or *t has the marshaling method of that name:
// func() ([]byte, error) or func([]byte) error.
func hasMethod(t types.Type, name string) bool {
	if _, ok := t.(*types.Basic); ok {
		return false
	}
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	f, ok := obj.(*types.Func)
	if !ok {
		return false
	}
	sig := f.Signature()
	in, out := sig.Params(), sig.Results()
	if in.Len() == 0 {
		return out.Len() == 2 && isPlainBytes(out.At(0).Type()) && isError(out.At(1).Type())
	}
	return in.Len() == 1 && isPlainBytes(in.At(0).Type()) && out.Len() == 1 && isError(out.At(0).Type())
}

func isPlainBytes(t types.Type) bool {
	s, ok := types.Unalias(t).(*types.Slice)
	return ok && types.Identical(s.Elem(), types.Typ[types.Byte])
}

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}
