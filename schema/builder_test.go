package schema_test

import (
	"go/types"
	"testing"

	"github.com/wampkit/wampkit/schema"
)

func TestSmoke(t *testing.T) {
	s := checkSource(t, "example.com/device", `
import "time"
// Color of a thing.
type Color string
const (
	Red Color = "red" // like blood
	Blue Color = "blue"
)
// Page of things.
type Page[T any] struct { Items []T; Next *Page[T] }
// Config says.
type Config struct {
	// Name of it.
	Name string `+"`json:\"name\" jsonschema:\"minLength=1\"`"+`
	Tags map[string]int8
	At time.Time
	For time.Duration
	Color *Color `+"`json:\",omitempty\"`"+`
	Page Page[Color]
	Data []byte
	Any any
}
`)
	b := s.builder()
	args := []schema.Arg{{Name: "cfg", Type: s.typ(t, "Config")}, {Name: "n", Type: types.Typ[types.Int], Optional: true}}
	tuple, err := b.Tuple(args)
	if err != nil {
		t.Fatal(err)
	}
	params, err := b.Params("XParams", args)
	if err != nil {
		t.Fatal(err)
	}
	result, err := b.Result(nil, false)
	if err != nil {
		t.Fatal(err)
	}
	c := schema.Catalog{Service: "com.acme.device", Procedures: map[string]*schema.Procedure{
		"com.acme.device.reset": {Args: tuple, Params: params, Result: result},
	}, Defs: b.Defs()}
	out, err := c.MarshalIndent()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", out)
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	if _, err := schema.Parse(out); err != nil {
		t.Fatal(err)
	}
	files, err := schema.JSONSchemaFiles(&c)
	if err != nil {
		t.Fatal(err)
	}
	for name, doc := range files {
		t.Logf("%s\n%s", name, doc)
	}
}
