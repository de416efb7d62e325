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
	"go/token"
	"go/types"
	"time"
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

	// Imports are the packages that the user's files import, with the names they have there.
	Imports []Import
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

// The shapes. Only Unary is emitted so far.
const (
	Unary                  Shape = iota // arguments in, results out
	ProgressiveResults                  // a result iter.Seq2[T, error]
	ProgressAndResult                   // a parameter progress func(P) error
	ProgressiveInvocations              // a last parameter iter.Seq2[T, error]
	Bidirectional                       // both iterators
)

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

	URI         string // as called and registered
	Match       string // "", "prefix" or "wildcard"
	Invoke      string // "", "single", "roundrobin", "random", "first" or "last"
	Timeout     time.Duration
	Idempotent  bool
	Disclose    bool
	Concurrency int    // invocations at a time, 0: unbounded
	Deprecated  string // from deprecated=, or behind "Deprecated:" in the comment; or empty

	Shape      Shape
	Args       []*Value // without ctx
	ArgsForm   Form
	Results    []*Value // without error
	ResultForm Form

	// Errors are those the procedure may return; OwnErrors tells that errors=
	// named them, rather than the service.
	Errors    []*Error
	OwnErrors bool
}

// Topic is a method of a topics interface.
type Topic struct {
	Method

	URI       string
	Match     string
	Ack       bool
	Retain    bool
	ExcludeMe bool
	Disclose  bool

	// Deprecated is what the comment says behind "Deprecated:", or empty.
	Deprecated string

	Args     []*Value
	ArgsForm Form
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
	Optional bool // a pointer: may be absent
}

// Error is a type or variable with //wamp:error.
type Error struct {
	Name string // of the type or variable
	URI  string
	Pos  token.Position
	Doc  string

	Sentinel bool // a variable
	// ByValue tells that the type itself implements error, so that values of it
	// are returned rather than pointers.
	ByValue bool
	Type    *types.Named // nil for a sentinel
}
