// Package model is what the generator knows about the user's package between
// reading and writing: services, topics and errors with everything decided
// that the annotations and signatures leave open. It is plain data, without
// behaviour beyond naming its own values; whoever holds a [Package] may read it
// from several goroutines.
//
// Positions are kept where a later step may still complain. Go types are
// those of go/types, checked to lie within the WAMP data profile.
package model

import (
	"go/constant"
	"go/token"
	"go/types"
	"time"

	"github.com/wampkit/wampkit/schema"
)

// Package is one Go package with annotations.
type Package struct {
	Path  string // import path
	Name  string
	Dir   string // where wamp_gen.go goes
	Types *types.Package

	Services []*Service  // in the order of the source: by file name, then position
	Topics   []*TopicSet // likewise
	Errors   []*Error    // likewise

	// Notes are what directives say about types that the services and topics reach,
	// of this package and of others. A type without a directive has none.
	Notes map[*types.TypeName]*Note

	// Imports are the packages that the user's files import, with the names they have there.
	Imports []Import
	// TestNames are what files of the package declare that the generator does not
	// look at otherwise, with the place of each: those of tests.
	TestNames map[string]token.Position
	// Fset positions the objects of Types.
	Fset *token.FileSet
}

// Import is one import declaration of the user's files.
type Import struct {
	File string // that has it
	Path string
	Name string // as used in the file: the alias, or the package's name
}

// Service is an interface with //wamp:service.
type Service struct {
	Interface string // name of the Go interface
	Name      string // base of the emitted names: the interface's, or that of name=
	File      string
	Pos       token.Position
	Doc       string
	Prefix    string // the URI's first components, without version
	Version   string // "v1", or empty

	Procedures []*Procedure // in the order of declaration, embedded interfaces where they are embedded
	Skipped    []*Method    // methods that are not procedures: //wamp:skip and unexported ones
	Errors     []*Error     // what procedures without errors= may return
}

// TopicSet is an interface with //wamp:topics.
type TopicSet struct {
	Interface string
	Name      string
	File      string
	Pos       token.Position
	Doc       string
	Prefix    string
	Version   string

	Topics  []*Topic
	Skipped []*Method
}

// Method is a method of an annotated interface as Go sees it.
type Method struct {
	Name      string
	Pos       token.Position
	Doc       string
	Signature *types.Signature
}

// Shape is how the data of a call flows.
type Shape uint8

// The shapes. Streams of the callee are described by [Procedure.Progress], those of
// the caller by [Procedure.Input].
const (
	Unary                  Shape = iota // arguments in, results out
	ProgressiveResults                  // a result iter.Seq2[T, error]
	ProgressAndResult                   // a parameter progress func(P) error
	ProgressiveInvocations              // a last parameter iter.Seq2[T, error]
	Bidirectional                       // both iterators
	InputAndProgress                    // a last parameter iter.Seq2[T, error], a progress function, and results
)

// String is the shape in the words of the catalog's readers.
func (s Shape) String() string {
	return [...]string{
		"unary", "progressive results", "progress and result", "progressive invocations", "bidirectional", "input and progress",
	}[s]
}

// Form is how arguments or results travel.
type Form uint8

// The forms.
const (
	List     Form = iota // positional: args=[a,b]
	Keywords             // by name: kwargs={a:…, b:…}
	Struct               // the fields of the one struct are the keywords
)

// Procedure is a method of a service.
type Procedure struct {
	Method

	URI         string // as registered; without captures also as called
	Template    string // the URI with its captures, such as "com.acme.{id}.reset"; without captures, URI
	Captures    []*Capture
	Match       string // "", "prefix" or "wildcard"
	Invoke      string // "", "single", "roundrobin", "random", "first" or "last"
	Timeout     time.Duration
	Idempotent  bool
	Disclose    bool
	Concurrency int    // invocations at a time, 0: unbounded
	Deprecated  string // from deprecated=, or behind "Deprecated:" in the comment; or empty

	Shape Shape
	// Args are the parameters that travel as arguments: without ctx, those that the
	// URI captures, the progress function and the input. Those that travel by
	// keyword only ([Value.Keyword]) are where the signature has them.
	Args       []*Value
	ArgsForm   Form
	Results    []*Value // without error; none where the result is an iterator
	ResultForm Form
	// Progress is one progressive result, the only item of its list: an item of the
	// iterator that is returned, or what the progress function takes. Nil: none.
	Progress *Stream
	// Input is one item of a progressive invocation, the only item of its list. Nil: none.
	Input *Stream
	// Params are all parameters behind ctx in the order of the signature.
	Params []Param

	// Errors are those the procedure may return; OwnErrors tells that errors=
	// named them, rather than the service.
	Errors    []*Error
	OwnErrors bool
}

// Topic is a method of a topics interface.
type Topic struct {
	Method

	URI       string // as subscribed to; without captures also as published to
	Template  string // as for procedures
	Captures  []*Capture
	Match     string
	Ack       bool
	Retain    bool
	ExcludeMe bool
	Disclose  bool

	// Deprecated is what the comment says behind "Deprecated:", or empty.
	Deprecated string

	Args     []*Value // as for procedures
	ArgsForm Form
	Params   []Param
}

// Param is one parameter behind ctx: exactly one field is set.
type Param struct {
	Arg      *Value
	Capture  *Capture
	Progress *Stream // the progress function
	Input    *Stream // the iterator
}

// Capture is a component of a URI, or its rest, that carries a parameter.
type Capture struct {
	Name string // in braces; also the parameter's name
	Rest bool   // {name...}: everything from here on; always the last
	// Value is the parameter. Its Kind is Bool, Int, Uint or String, or Any for an
	// encoding.TextMarshaler.
	Value *Value
}

// Stream is what flows besides arguments and results, item by item.
type Stream struct {
	// Item is one item. Its Name is what the user calls it, if anything, its Wire "item".
	Item *Value
	// Param is the parameter that holds the function or the iterator; for a result, the
	// result. Its Kind is Any and its Type the whole type.
	Param *Value
}

// Kind says which of the runtime's readers and writers carries a value.
type Kind uint8

// The kinds. All but Any are direct: no reflection, no encoder in between.
const (
	Any Kind = iota
	Bool
	Int
	Uint
	Float
	String
	Bytes
)

// Value is one parameter or result.
type Value struct {
	Name string // in Go; empty where unnamed or blank
	Wire string // keyword, and the name in messages; never empty
	Pos  token.Position
	Type types.Type // of a variadic parameter: the slice

	Kind Kind // of a variadic parameter: of one element
	Bits int  // of Int, Uint and Float: 0 for int and uint, else 8 to 64

	Variadic bool
	Optional bool // may be absent: a pointer, or a value with a default
	Keyword  bool // //wamp:arg … kw: by name only, though the others travel by position
	// Default is what an absent value is. Nil: none, or the pointer nil.
	Default *Default

	// OneOf tells that an interface with //wamp:oneof is within the type.
	OneOf bool
}

// Default is the value of a parameter that is absent.
type Default struct {
	// Value is a boolean, an integer, a float or a string, as the type of the
	// parameter has them; a time.Duration is an integer.
	Value constant.Value
	// JSON is the same for schemas: a bool, json.Number or string.
	JSON any
}

// Note is what directives say about a type.
type Note struct {
	OneOf *OneOf
	// Enum is //wamp:enum: "open" or "closed", or empty.
	Enum string
	// Schema are the keywords of //wamp:schema in order, such as format and email.
	Schema []Keyword
	// Pos is where the type is declared.
	Pos token.Position
}

// Union is the interface as type schemas know it, nil for other types. It may be
// called on nil, like Keywords.
func (n *Note) Union() *schema.Union {
	if n == nil || n.OneOf == nil {
		return nil
	}
	u := &schema.Union{Tag: n.OneOf.Tag}
	for _, c := range n.OneOf.Cases {
		u.Cases = append(u.Cases, schema.UnionCase{Name: c.Name, Type: c.Type})
	}
	return u
}

// Keywords are those of //wamp:schema as type schemas know them.
func (n *Note) Keywords() []schema.Keyword {
	if n == nil {
		return nil
	}
	var words []schema.Keyword
	for _, k := range n.Schema {
		words = append(words, schema.Keyword{Name: k.Name, Value: k.Value})
	}
	return words
}

// Keyword is one key=value of //wamp:schema.
type Keyword struct {
	Name, Value string
	Pos         token.Position
}

// OneOf is an interface whose values are structs of a closed set. On the wire, each is
// the dictionary of its fields and a tag.
type OneOf struct {
	Type  *types.Named // the interface
	Tag   string       // the key that tells which
	Cases []Case
}

// Case is one type of a [OneOf].
type Case struct {
	Name string       // the tag's value
	Type *types.Named // a struct
	// Pointer tells that only the pointer implements the interface.
	Pointer bool
}

// Error is a type or variable with //wamp:error.
type Error struct {
	Name string // of the type or variable
	// Package is nil for an error of this package.
	Package *types.Package
	URI     string
	Pos     token.Position
	Doc     string

	Sentinel bool // a variable
	// ByValue tells that the type itself implements error, so that values of it
	// are returned rather than pointers.
	ByValue bool
	Type    *types.Named // nil for a sentinel
	OneOf   bool         // an interface with //wamp:oneof is within the type
}
