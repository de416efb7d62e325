// Package torture has every shape that an annotated interface can have.
package torture

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/netip"
	gotime "time"

	hot "github.com/wampkit/wampkit/wampgen/testdata/golden/torture/a/kind"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/torture/b/kind"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/torture/base"
	. "github.com/wampkit/wampkit/wampgen/testdata/golden/torture/dot"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/torture/internal/secret"
)

// ErrBusy is declared in this package.
//
//wamp:error com.example.torture.busy
var ErrBusy = errors.New("busy")

// Fields is an error with everything in it.
//
//wamp:error com.example.torture.fields
type Fields struct {
	At    gotime.Time         `json:"at"`
	Box   *secret.Box[string] `json:"box"`
	Kinds map[hot.Kind][]int  `json:"kinds"`
}

func (*Fields) Error() string { return "fields" }

// Animal stands for two structs.
//
//wamp:oneof Cat,Dog tag=species names=felis,canis
type Animal interface{ animal() }

// Cat is an animal by value.
type Cat struct {
	Lives int `json:"lives"`
}

// Dog is an animal by pointer.
type Dog struct {
	Tricks  []string `json:"tricks"`
	Friends []Animal `json:"friends"`
}

func (Cat) animal()  {}
func (*Dog) animal() {}

// Key is a key of stores.
type Key string

// Row has a field of every sort.
type Row struct {
	Embedded
	B    bool                `json:"b"`
	I8   int8                `json:"i8"`
	U64  uint64              `json:"u64"`
	F32  float32             `json:"f32"`
	S    string              `json:"s,omitempty"`
	Raw  []byte              `json:"raw"`
	Bits secret.Bits         `json:"bits"`
	At   gotime.Time         `json:"at"`
	For  gotime.Duration     `json:"for"`
	Addr netip.Addr          `json:"addr"`
	P    *int                `json:"p"`
	L    [][]string          `json:"l"`
	M    map[Key]secret.Bits `json:"m"`
	Any  any                 `json:"any"`
	Zoo  []Animal            `json:"zoo"`
	Hot  hot.Kind            `json:"hot"`
	Big  kind.Kind           `json:"big,omitzero"`
	Anon struct {
		X, Y int
	} `json:"anon"`
	Skip func()  `json:"-"`
	Pair [2]*Row `json:"pair"`
	note string
}

// Embedded is flattened into what embeds it.
type Embedded struct {
	ID string `json:"id"`
}

// Opaque decides about its own form.
//
//wamp:schema type=string format=date
type Opaque struct{ text string }

// MarshalJSON writes the text.
func (o Opaque) MarshalJSON() ([]byte, error) { return json.Marshal(o.text) }

// UnmarshalJSON reads the text.
func (o *Opaque) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &o.text) }

// NewOpaque makes one.
func NewOpaque(text string) Opaque { return Opaque{text} }

// Rows is an alias of an iterator.
type Rows = iter.Seq2[*Row, error]

// Step is a progress function.
type Step = func(done) error

type done = int

// Torture has everything.
//
//wamp:service com.example.torture version=v3 naming=lower invoke=roundrobin timeout=1m name=Rack
type Torture interface {
	base.Store[Key, *Row]
	// Scalars has one of each.
	Scalars(ctx context.Context, a bool, b int8, c int16, d int32, e int64, f uint8, g uint16, h uint32, i uint64, j float32, k float64, l string, m []byte, n gotime.Duration) (string, error)
	// Named has names that the body needs, and results of the same sort.
	Named(context context.Context, args, in, out, c, err string, runtime int, wamp bool) (client, values string, error error)
	// Blank has parameters without names.
	Blank(context.Context, int, string, ...bool) (int, string, []bool, error)
	// Half has one of each.
	Half(_ context.Context, _ int, b string, _ ...int) (_ string, _ int, err error)
	Nothing(ctx context.Context) error
	Request(ctx context.Context, row Row) (*Row, error)
	Pointer(ctx context.Context, row *Row) (Row, error)
	//wamp:procedure args=list
	AsList(ctx context.Context, row Row) (Row, error)
	//wamp:procedure args=kwargs result=kwargs
	//wamp:arg kinds name=k-i-n-d-s
	//wamp:arg size default=7
	Keywords(ctx context.Context, h hot.Kind, b *kind.Kind, kinds []kind.Kind, size uint16) (back hot.Kind, b2 *kind.Kind, sum int, err error)
	//wamp:procedure result=kwargs
	Reply(ctx context.Context, d Dotted) (Dotted, error)
	Dot(ctx context.Context, a DotAlias, b Dotted) (DotAlias, error)
	Opaques(ctx context.Context, o Opaque, list ...Opaque) (map[string]Opaque, error)
	Anonymous(ctx context.Context, s struct {
		A int
		B []struct{ C string }
	}, f float64) (struct{ D int }, error)
	Nested(ctx context.Context, b secret.Box[secret.Box[[]Key]], m map[netip.Addr]map[string][]*secret.Bits) (secret.Box[map[Key]*Row], error)
	//wamp:procedure {key}.{n}.{on}.{addr}.captured disclose idempotent
	Captured(ctx context.Context, n int16, key Key, on bool, addr hot.Kind, rest string) (string, error)
	//wamp:procedure /com.example.tortured.{path...} invoke=last
	Rest(ctx context.Context, path string, n int) (string, error)
	//wamp:procedure errors=ErrBusy,base.ErrGone,Fields
	Fail(ctx context.Context, how string) error
	Zoo(ctx context.Context, a Animal, byName map[string]Animal, all ...Animal) (Animal, []Animal, error)

	Rows(ctx context.Context, row Row) Rows
	Climb(ctx context.Context, from int, step func(Animal) error, _ string) (top *Animal, err error)
	Fill(ctx context.Context, key Key, rows Rows) (map[string]int, error)
	Grind(ctx context.Context, report func(percent float32) error, parts iter.Seq2[secret.Box[int], error]) error
	//wamp:procedure {key}.chat
	Chat(ctx context.Context, key Key, words iter.Seq2[[]string, error]) iter.Seq2[map[string]int, error]

	//wamp:skip
	Local(ch chan int, f Step) func()
	hidden(x int) int
}

// Tellings are the topics.
//
//wamp:topics com.example.torture version=v3 naming=kebab ack retain
type Tellings interface {
	base.Notices
	//wamp:topic ack=false retain=false exclude_me=false disclose
	RowAdded(ctx context.Context, row *Row) error
	//wamp:topic {key}.{n}.moved
	Moved(ctx context.Context, n int, a Animal, key Key, _ ...gotime.Time) error
	//wamp:topic /com.example.told.{path...} deprecated="nobody listens"
	//wamp:arg note kw default="none at all"
	Told(ctx context.Context, path string, note string) error
	//wamp:skip
	Quiet()
}
