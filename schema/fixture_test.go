package schema_test

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// The types of this file are used twice: values_test.go type-checks its text to
// build schemas, and encodes values of the compiled types.

type color string

// Exported constants of a type make it an enum.
const (
	Red  color = "red"
	Blue color = "blue"
)

type permission uint8

const (
	Read permission = 1 << iota
	Write
	Execute
	Admin
)

type level int

func (l level) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "level-%d", int(l)), nil }
func (l *level) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "level-%d", (*int)(l))
	return err
}

type uuid [16]byte

func (u uuid) MarshalText() ([]byte, error)  { return fmt.Appendf(nil, "%x", u[:]), nil }
func (u *uuid) UnmarshalText(b []byte) error { return nil }

type money struct{ cents int }

func (m money) MarshalCBOR() ([]byte, error) {
	return cbor.Marshal(fmt.Sprintf("%d.%02d", m.cents/100, m.cents%100))
}
func (m *money) UnmarshalCBOR(b []byte) error { return nil }

type stamped struct {
	time.Time
	Note string
}

type kinds struct {
	Bool    bool
	Int     int
	Int8    int8
	Int16   int16
	Int32   int32
	Int64   int64
	Uint    uint
	Uint8   uint8
	Uint16  uint16
	Uint32  uint32
	Uint64  uint64
	Float32 float32
	Float64 float64
	String  string
	Bytes   []byte
	Digest  [4]byte
	Time    time.Time
	For     time.Duration
	Addr    netip.Addr
	Level   level
	UUID    uuid
	Money   money
	Stamped stamped
	Color   color
	Can     permission
	Any     any
	Raw     cbor.RawMessage
}

type containers struct {
	List    []int
	Pair    [2]string
	Map     map[string]*int
	ByColor map[color]bool
	ByAddr  map[netip.Addr][]byte
	ByLevel map[level]string
	Pointer *kinds
	Deep    **string
	Nested  [][]map[string][]any
	Inline  struct {
		X, Y int `json:",omitempty"`
	}
	Omit  *int           `json:"omit,omitempty"`
	Zero  time.Time      `json:"zero,omitzero"`
	Gone  chan int       `json:"-"`
	CBOR  string         `cbor:"as_cbor" json:"as_json"`
	Empty map[string]int `json:"empty,omitempty"`
}

type tree struct {
	Value int
	Kids  []tree
	Up    *tree
}

type page[T any] struct {
	Items []T      `json:"items"`
	Next  *page[T] `json:"next,omitempty"`
}

type pages struct {
	Colors page[color]
	Trees  page[*tree]
	Pages  page[page[int]]
}

// Shadowing: what the encoder decides is what the schema says.
type (
	base struct {
		ID     int
		Name   string
		Common string
	}
	Left struct {
		Common string
		Both   int
		Tagged string `json:"Other"` // wins over Right.Other
	}
	Right struct {
		Common string
		Both   int
		Other  int
		Option int `json:",omitempty"`
	}
	Pointed struct {
		Far    int
		Option int
	}
	Twice   struct{ Dup int }
	ViaLeft struct{ Twice }
	ViaBoth struct{ Twice }
	Text    string
)

type shadows struct {
	base
	Left
	Right
	*Pointed
	ViaLeft
	ViaBoth
	Text
	Named   `json:"named"`
	Name    []string // wins over base.Name
	private int
}

// Named is embedded under a name.
type Named struct{ N int }

var examples = []any{
	kinds{},
	kinds{
		Bool: true, Int: -1, Int8: -128, Int16: -32768, Int32: -1 << 31, Int64: -1 << 63, Uint: 1, Uint8: 255, Uint16: 65535,
		Uint32: 1<<32 - 1, Uint64: 1<<64 - 1, Float32: 0.5, Float64: -1e300, String: "<ü&\x00", Bytes: []byte{0, 255}, Time: time.Unix(1e9, 5),
		For: time.Hour, Addr: netip.MustParseAddr("::1"), Level: 3, Money: money{150}, Color: Blue, Can: Read | Execute,
		Any: map[string]any{"a": []any{1, nil}}, Raw: cbor.RawMessage{0xf6},
	},
	containers{},
	containers{
		List: []int{1}, Map: map[string]*int{"nil": nil, "one": new(int)}, ByColor: map[color]bool{Red: true},
		ByAddr: map[netip.Addr][]byte{netip.MustParseAddr("10.0.0.1"): {1}}, ByLevel: map[level]string{2: "two"},
		Pointer: &kinds{Color: Red}, Deep: new(*string), Nested: [][]map[string][]any{nil, {nil, {"x": nil}}}, Omit: new(int), Zero: time.Unix(1, 0),
		Empty: map[string]int{"a": 1},
	},
	tree{Kids: []tree{{Up: &tree{}}, {Kids: []tree{{}}}}},
	pages{Colors: page[color]{Items: []color{Red}, Next: &page[color]{}}, Trees: page[*tree]{Items: []*tree{nil, {}}}},
	shadows{},
	shadows{Pointed: &Pointed{}, Text: Text(strings.Repeat("x", 3)), private: 1},
}
