package schema_test

import (
	"bytes"
	"encoding/json"
	"go/types"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/schema"
)

const deviceSource = `
import "time"

// Config is what a device runs on.
type Config struct {
	// Name is shown <b>everywhere</b>.
	Name  string
	Level Level
	Since time.Time
	Limit uint64 "jsonschema:\"maximum=18446744073709551614,example=3\""
}

// Level of logging.
type Level int

const (
	Quiet Level = iota // says nothing
	Loud
)

// NotFound tells which device there is none of.
type NotFound struct { ID string "json:\"id\"" }
`

// device is a catalog with everything in it.
func device(t testing.TB) *schema.Catalog {
	t.Helper()
	s := checkSource(t, "example.com/device", deviceSource)
	b := s.builder()
	str, boolean := types.Typ[types.String], types.Typ[types.Bool]
	config := s.typ(t, "Config")

	c := &schema.Catalog{
		Service: "com.acme.device", Version: "v1", Title: "Device", Description: "Device controls a fleet.",
		Procedures: map[string]*schema.Procedure{
			"com.acme.device.v1.{id}.reset": {
				Summary: "Reset restarts one device.", Match: "wildcard", Register: "com.acme.device.v1..reset", Invoke: "roundrobin",
				TimeoutMs: 5000, Idempotent: true, URIParams: map[string]*schema.Schema{"id": one(b.Schema(str))},
				Errors: []string{"com.acme.device.not_found", "com.acme.device.busy"},
			},
			"com.acme.device.v1.configure": {},
			"com.acme.device.v1.tail":      {},
		},
		Topics: map[string]*schema.Topic{"com.acme.device.v1.status": {Ack: true, Retain: true}},
		Errors: map[string]*schema.ErrorDef{
			"com.acme.device.not_found": one(b.ErrorDef(s.typ(t, "NotFound"))),
			"com.acme.device.busy":      one(b.ErrorDef(nil)),
		},
	}

	reset := c.Procedures["com.acme.device.v1.{id}.reset"]
	arguments(b, &reset.Args, &reset.Params, "DeviceResetParams", schema.Arg{Name: "hard", Type: boolean, Doc: "hard also clears memory"})
	reset.Result = one(b.Result([]schema.Arg{{Name: "boots", Type: types.Typ[types.Int]}}, false))

	configure := c.Procedures["com.acme.device.v1.configure"]
	configure.Args = one(b.Tuple(nil))
	configure.Params = one(b.Request(types.NewPointer(config)))
	configure.Result = one(b.Result([]schema.Arg{{Name: "config", Type: config}, {Name: "old", Type: types.NewPointer(config)}}, true))

	tail := c.Procedures["com.acme.device.v1.tail"]
	arguments(b, &tail.Args, &tail.Params, "DeviceTailParams",
		schema.Arg{Name: "lines", Type: types.Typ[types.Int], Optional: true, Default: json.Number("10")},
		schema.Arg{Name: "verbose", Type: boolean, Keyword: true, Optional: true},
		schema.Arg{Name: "files", Type: types.NewSlice(str), Variadic: true})
	tail.Result = one(b.Result(nil, false))
	tail.Progress = one(b.Schema(str))
	tail.Input = one(b.Schema(types.NewInterfaceType(nil, nil)))

	status := c.Topics["com.acme.device.v1.status"]
	arguments(b, &status.Args, &status.Params, "DeviceEventsStatusParams", schema.Arg{Name: "online", Type: boolean})
	c.Defs = b.Defs()
	return c
}

func arguments(b *schema.Builder, tuple, params **schema.Schema, title string, args ...schema.Arg) {
	*tuple, *params = one(b.Tuple(args)), one(b.Params(title, args))
}

func one[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestCatalogDocument(t *testing.T) {
	c := device(t)
	document, err := c.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	c.Hash, c.Format = one(c.Digest()), schema.Format // what Marshal fills in
	wantJSON(t, "catalog", json.RawMessage(document), `{
	"wampCatalog":"1.0","service":"com.acme.device","version":"v1","title":"Device","description":"Device controls a fleet.","hash":"`+c.Hash+`",
	"procedures":{
		"com.acme.device.v1.{id}.reset":{
			"summary":"Reset restarts one device.","match":"wildcard","register":"com.acme.device.v1..reset","invoke":"roundrobin","timeoutMs":5000,"idempotent":true,
			"uriParams":{"id":{"type":"string"}},
			"args":{"type":"array","prefixItems":[{"title":"hard","description":"hard also clears memory","type":"boolean"}],"minItems":1,"maxItems":1},
			"params":{"title":"DeviceResetParams","type":"object","properties":{"hard":{"description":"hard also clears memory","type":"boolean","x-wamp-position":0}},"required":["hard"]},
			"result":{"args":{"type":"array","prefixItems":[{"title":"boots","type":"integer"}],"minItems":1,"maxItems":1},"names":["boots"]},
			"progress":null,"input":null,"errors":["com.acme.device.busy","com.acme.device.not_found"]},
		"com.acme.device.v1.configure":{
			"args":{"type":"array","maxItems":0},
			"params":{"$ref":"#/$defs/Config"},
			"result":{"args":{"type":"array","maxItems":0},"names":[],"params":{"type":"object","properties":{
				"config":{"$ref":"#/$defs/Config"},"old":{"anyOf":[{"$ref":"#/$defs/Config"},{"type":"null"}]}},"required":["config"]}},
			"progress":null,"input":null,"errors":[]},
		"com.acme.device.v1.tail":{
			"args":{"type":"array","prefixItems":[{"title":"lines","type":"integer","default":10}],"items":{"title":"files","type":"string"}},
			"params":{"title":"DeviceTailParams","type":"object","properties":{
				"lines":{"type":"integer","default":10,"x-wamp-position":0},
				"verbose":{"type":"boolean"},
				"files":{"type":"array","items":{"type":"string"},"x-wamp-position":1,"x-wamp-variadic":true}}},
			"result":{"args":{"type":"array","maxItems":0},"names":[]},
			"progress":{"type":"string"},"input":true,"errors":[]}},
	"topics":{"com.acme.device.v1.status":{"ack":true,"retain":true,
		"args":{"type":"array","prefixItems":[{"title":"online","type":"boolean"}],"minItems":1,"maxItems":1},
		"params":{"title":"DeviceEventsStatusParams","type":"object","properties":{"online":{"type":"boolean","x-wamp-position":0}},"required":["online"]}}},
	"errors":{
		"com.acme.device.busy":{"args":{"type":"array","prefixItems":[{"title":"message","type":"string"}],"maxItems":1}},
		"com.acme.device.not_found":{"args":{"type":"array","prefixItems":[{"title":"message","type":"string"}],"maxItems":1},"params":{"$ref":"#/$defs/NotFound"}}},
	"$defs":{
		"Config":{"title":"Config","description":"Config is what a device runs on.","type":"object","properties":{
			"Name":{"type":"string","description":"Name is shown <b>everywhere</b>."},
			"Level":{"$ref":"#/$defs/Level"},
			"Since":{"anyOf":[{"type":"string","format":"date-time"},{"type":"null"}]},
			"Limit":{"type":"integer","minimum":0,"maximum":18446744073709551614,"examples":[3]}},"required":["Name","Level","Since","Limit"]},
		"Level":{"title":"Level","description":"Level of logging.","type":"integer","enum":[0,1],"x-enum-varnames":["Quiet","Loud"],"x-enum-descriptions":["says nothing",""]},
		"NotFound":{"title":"NotFound","description":"NotFound tells which device there is none of.","type":"object","properties":{"id":{"type":"string"}},"required":["id"]}}}`)
	if !bytes.Contains(document, []byte("<b>everywhere</b>")) {
		t.Error("HTML is escaped")
	}
	if !bytes.Contains(document, []byte("18446744073709551614")) {
		t.Error("a large number was rounded")
	}
	if err := c.Check(); err != nil {
		t.Error(err)
	}
}

func TestCatalogIsDeterministic(t *testing.T) {
	first := one(device(t).Marshal())
	for range 10 {
		if again := one(device(t).Marshal()); !bytes.Equal(first, again) {
			t.Fatalf("differs:\n%s\n%s", first, again)
		}
	}
}

func TestMarshalDoesNotChangeTheCatalog(t *testing.T) {
	c := device(t)
	one(c.Marshal())
	if c.Hash != "" || c.Format != "" || c.Procedures["com.acme.device.v1.{id}.reset"].Errors[0] != "com.acme.device.not_found" {
		t.Error("changed")
	}
	if c.Defs["Config"].Description == "" {
		t.Error("documentation was stripped")
	}
}

func TestHashIsThatOfTheContract(t *testing.T) {
	hash := one(device(t).Digest())
	if !strings.HasPrefix(hash, "sha256:") || len(hash) != len("sha256:")+64 {
		t.Errorf("hash is %s", hash)
	}
	reset := "com.acme.device.v1.{id}.reset"
	for name, change := range map[string]func(*schema.Catalog){
		"titles":          func(c *schema.Catalog) { c.Title, c.Description = "", "x" },
		"summaries":       func(c *schema.Catalog) { c.Procedures[reset].Summary = "" },
		"descriptions":    func(c *schema.Catalog) { c.Defs["Config"].Description = "" },
		"nested ones":     func(c *schema.Catalog) { c.Procedures[reset].Args.PrefixItems[0].Description = "" },
		"of enum values":  func(c *schema.Catalog) { delete(c.Defs["Level"].Extras, "x-enum-descriptions") },
		"order of errors": func(c *schema.Catalog) { e := c.Procedures[reset].Errors; e[0], e[1] = e[1], e[0] },
		"the hash itself": func(c *schema.Catalog) { c.Hash = "sha256:old" },
		"order of members": func(c *schema.Catalog) {
			p := c.Defs["Config"].Properties
			name, _ := p.Get("Name")
			p.Delete("Name")
			p.Set("Name", name)
		},
	} {
		c := device(t)
		change(c)
		if one(c.Digest()) != hash {
			t.Errorf("%s change the hash", name)
		}
	}
	for name, change := range map[string]func(*schema.Catalog){
		"invoke":   func(c *schema.Catalog) { c.Procedures[reset].Invoke = "random" },
		"types":    func(c *schema.Catalog) { c.Procedures[reset].Args.PrefixItems[0].Type = "string" },
		"names":    func(c *schema.Catalog) { c.Procedures[reset].Args.PrefixItems[0].Title = "soft" },
		"streams":  func(c *schema.Catalog) { c.Procedures[reset].Progress = &schema.Schema{} },
		"errors":   func(c *schema.Catalog) { c.Procedures[reset].Errors = nil },
		"values":   func(c *schema.Catalog) { c.Defs["Level"].Enum = c.Defs["Level"].Enum[:1] },
		"topics":   func(c *schema.Catalog) { c.Topics = nil },
		"versions": func(c *schema.Catalog) { c.Version = "v2" },
	} {
		c := device(t)
		change(c)
		if one(c.Digest()) == hash {
			t.Errorf("%s do not change the hash", name)
		}
	}
}

func TestPropertyNamedLikeDocumentationIsKept(t *testing.T) {
	s := checkSource(t, "example.com/p", "type T struct { description, Description string; Summary int `json:\"description\"` }")
	b := s.builder()
	one(b.Schema(s.typ(t, "T")))
	lock := one((&schema.Catalog{Service: "x", Defs: b.Defs()}).Lock())
	if !bytes.Contains(lock, []byte(`"description":{"maximum"`)) && !bytes.Contains(lock, []byte(`"description":{"type":"integer"}`)) {
		t.Errorf("%s", lock)
	}
}
