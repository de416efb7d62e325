package compat_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/schema/compat"
)

func procedure(f func(p *schema.Procedure)) func(*schema.Catalog) {
	return func(c *schema.Catalog) { f(c.Procedures[procedureURI]) }
}

func topic(f func(t *schema.Topic)) func(*schema.Catalog) {
	return func(c *schema.Catalog) { f(c.Topics[topicURI]) }
}

// without leaves the topic out, for changes that would break it as well.
func without(f func(*schema.Catalog)) func(*schema.Catalog) {
	return func(c *schema.Catalog) {
		delete(c.Topics, topicURI)
		if f != nil {
			f(c)
		}
	}
}

var (
	only      = without(nil)
	integer   = func() *schema.Schema { return &schema.Schema{Type: "integer"} }
	number    = func() *schema.Schema { return &schema.Schema{Type: "number"} }
	threshold = func(low json.Number) *schema.Schema { return &schema.Schema{Type: "integer", Minimum: low} }
)

// shape is a //wamp:oneof of the variants.
func shape(tag string, variants ...string) *schema.Schema {
	s := &schema.Schema{Extras: map[string]any{"x-wamp-tag": tag}}
	for _, name := range variants {
		variant, err := schema.ParseSchema([]byte(`{"type":"object","properties":{"` + tag + `":{"const":"` + name + `"},"size":{"type":"integer"}},"required":["` + tag + `"]}`))
		if err != nil {
			panic(err)
		}
		s.OneOf = append(s.OneOf, variant)
	}
	return s
}

// result makes s the schema of the only result, argument that of the only argument.
func result(s *schema.Schema) func(*schema.Catalog) {
	return without(procedure(func(p *schema.Procedure) { p.Result.Args.PrefixItems[0] = s }))
}

func argument(s *schema.Schema) func(*schema.Catalog) {
	return without(procedure(func(p *schema.Procedure) {
		s.Extras = merged(s.Extras, map[string]any{"x-wamp-position": 0})
		p.Params.Properties.Set("a", s)
		p.Args.PrefixItems[0] = s
	}))
}

func merged(a, b map[string]any) map[string]any {
	out := map[string]any{}
	for _, m := range []map[string]any{a, b} {
		for key, value := range m {
			out[key] = value
		}
	}
	return out
}

const (
	colors   = "type Color string\nconst (Red Color = \"red\"; Blue Color = \"blue\")"
	onlyRed  = "type Color string\nconst Red Color = \"red\""
	config   = "type Config struct { Name string `json:\"name\"`; Size int `json:\"size\"` }"
	lessName = "type Config struct { Name string `json:\"name,omitempty\"`; Size int `json:\"size\"` }"
	noName   = "type Config struct { Size int `json:\"size\"` }"
	bounded  = "type Config struct { Name string `json:\"name\" jsonschema:\"maxLength=10\"`; Size int `json:\"size\"` }"
	wider    = "type Config struct { Name string `json:\"name\" jsonschema:\"maxLength=20\"`; Size int `json:\"size\"` }"
)

// rows has every rule with a change that breaks it. The change the other way
// round must not, unless the rule has no direction.
var rows = []struct {
	rule      string
	what      string
	old, new  version
	where     string // in the finding
	symmetric bool   // the other way round breaks, too: by rule back, or the same one
	back      string
}{
	{rule: "WB001", what: "a procedure is gone", old: version{method: "Get()"}, new: version{method: "Get()", change: func(c *schema.Catalog) { delete(c.Procedures, procedureURI) }}, where: procedureURI + ": is gone"},
	{rule: "WB002", what: "a topic is gone", old: version{method: "Get()"}, new: version{method: "Get()", change: only}, where: topicURI + ": is gone"},
	{rule: "WB003", what: "a procedure gets another match", old: version{method: "Get()"}, new: version{method: "Get()", change: procedure(func(p *schema.Procedure) { p.Match = "prefix" })}, where: "was matched exact, is matched prefix", symmetric: true},
	{rule: "WB003", what: "a topic gets another match", old: version{method: "Get()"}, new: version{method: "Get()", change: topic(func(t *schema.Topic) { t.Match = "wildcard" })}, where: "topic", symmetric: true},
	{rule: "WB004", what: "another invocation policy", old: version{method: "Get()"}, new: version{method: "Get()", change: procedure(func(p *schema.Procedure) { p.Invoke = "roundrobin" })}, where: "had invoke=single, has invoke=roundrobin", symmetric: true},
	{rule: "WB005", what: "no longer idempotent", old: version{method: "Get()", change: procedure(func(p *schema.Procedure) { p.Idempotent = true })}, new: version{method: "Get()"}},
	{rule: "WB006", what: "no longer retained", old: version{method: "Get()", change: topic(func(t *schema.Topic) { t.Retain = true })}, new: version{method: "Get()"}},

	{rule: "WB010", what: "progressive results begin", old: version{method: "Get()"}, new: version{method: "Get()", change: procedure(func(p *schema.Procedure) { p.Progress = integer() })}, where: "progressive result", symmetric: true},
	{rule: "WB011", what: "a stream of input begins", old: version{method: "Get()"}, new: version{method: "Get()", change: procedure(func(p *schema.Procedure) { p.Input = integer() })}, where: "input", symmetric: true},

	{rule: "WB020", what: "a new argument", old: version{method: "Get(a int)", change: only}, new: version{method: "Get(a int, b int)", change: only}, where: "argument b: is new and must be passed", symmetric: true, back: "WB021"},
	{rule: "WB020", what: "an optional argument becomes required", old: version{method: "Get(aDefault int)", change: only}, new: version{method: "Get(a int)", change: only}, where: "argument a: was optional"},
	{rule: "WB021", what: "an optional argument is gone", old: version{method: "Get(a int, b *int)", change: only}, new: version{method: "Get(a int)", change: only}, where: "argument b: is gone"},
	{rule: "WB021", what: "a keyword is gone", old: version{method: "Get(a int, b *int)", args: keywords, change: only}, new: version{method: "Get(a int)", args: keywords, change: only}, where: "argument b: is gone"},
	{rule: "WB022", what: "two arguments change places", old: version{method: "Get(a, b int)", change: only}, new: version{method: "Get(b, a int)", change: only}, where: "argument a: was at position 0, is at 1", symmetric: true},
	{rule: "WB023", what: "an argument is renamed", old: version{method: "Get(a int)"}, new: version{method: "Get(b int)"}, where: "argument a: is called b", symmetric: true},
	{rule: "WB024", what: "an argument becomes a keyword", old: version{method: "Get(a int)", change: only}, new: version{method: "Get(a int)", args: keywords, change: only}, where: "argument a"},
	{rule: "WB025", what: "a variadic parameter becomes a single one", old: version{method: "Get(a ...int)", change: only}, new: version{method: "Get(a int)", change: only}, where: "argument a: was variadic"},

	{rule: "WB026", what: "another default", old: version{method: "Get(aDefault int)", change: defaultOf(10)}, new: version{method: "Get(aDefault int)", change: defaultOf(20)}, where: "argument a: was 10 where it is left out, is 20", symmetric: true},

	{rule: "WB030", what: "an argument gets another type", old: version{method: "Get(a int)", change: only}, new: version{method: "Get(a string)", change: only}, where: "argument a: was integer, is string", symmetric: true},
	{rule: "WB030", what: "an argument takes integers only", old: version{method: "Get(a float64)", change: only}, new: version{method: "Get(a int)", change: only}, where: "was number, is integer"},
	{rule: "WB030", what: "an argument no longer takes anything", old: version{method: "Get(a any)", change: only}, new: version{method: "Get(a int)", change: only}, where: "was any value, is integer"},
	{rule: "WB030", what: "a list's elements get another type", old: version{method: "Get(a []any)", change: only}, new: version{method: "Get(a []int)", change: only}, where: "argument a[]: "},
	{rule: "WB030", what: "a struct becomes a dictionary", old: version{method: "Get(a Config, b int)", types: config, change: only}, new: version{method: "Get(a map[string]any, b int)", change: only}, where: "was struct, is dictionary", symmetric: true},
	{rule: "WB031", what: "an argument no longer takes null", old: version{method: "Get(a *int)", change: only}, new: version{method: "Get(aDefault int)", change: only}, where: "argument a: could be null"},
	{rule: "WB032", what: "an enum takes less", old: version{method: "Get(a Color)", types: colors, change: only}, new: version{method: "Get(a Color)", types: onlyRed, change: only}, where: `no longer takes "blue"`},
	{rule: "WB032", what: "a string becomes an enum", old: version{method: "Get(a string)", change: only}, new: version{method: "Get(a Color)", types: colors, change: only}, where: "argument a"},
	{rule: "WB033", what: "an enum is closed", old: version{method: "Get(a Color)", types: colors, open: true, change: only}, new: version{method: "Get(a Color)", types: colors, change: only}, where: "was open, is closed"},
	{rule: "WB034", what: "an integer gets smaller", old: version{method: "Get(a int32)", change: only}, new: version{method: "Get(a int16)", change: only}, where: "the minimum was -2147483648, is -32768"},
	{rule: "WB034", what: "a text may be less long", old: version{method: "Get(a Config, b int)", types: wider, change: only}, new: version{method: "Get(a Config, b int)", types: bounded, change: only}, where: "argument a.name: the greatest length was 20, is 10"},
	{rule: "WB034", what: "an array gets longer", old: version{method: "Get(a []int)", change: only}, new: version{method: "Get(a [3]int)", change: only}, where: "number of items"},
	{rule: "WB034", what: "a string gets a format", old: version{method: "Get(a string)", change: only}, new: version{method: "Get(a string)", change: argument(&schema.Schema{Type: "string", Format: "uuid"})}, where: "the format was not limited, is uuid"},
	{rule: "WB034", what: "a capture gets narrower", old: version{method: "Get()", change: without(captured("com.acme.device.v1.{id}.get", threshold("0")))}, new: version{method: "Get()", change: without(captured("com.acme.device.v1.{device}.get", threshold("1")))}, where: "{id}: the minimum was 0, is 1"},
	{rule: "WB034", what: "an input item gets narrower", old: version{method: "Get()", change: procedure(func(p *schema.Procedure) { p.Input = threshold("0") })}, new: version{method: "Get()", change: procedure(func(p *schema.Procedure) { p.Input = threshold("1") })}, where: "input: "},
	{rule: "WB035", what: "a nested field becomes required", old: version{method: "Get(a []Config)", types: lessName, change: only}, new: version{method: "Get(a []Config)", types: config, change: only}, where: "argument a[].name: was optional, must be there"},
	{rule: "WB036", what: "a field is gone", old: version{method: "Get(a []Config)", types: lessName, change: only}, new: version{method: "Get(a []Config)", types: noName, change: only}, where: "argument a[].name: is gone"},
	{rule: "WB037", what: "a variant is gone", old: version{method: "Get(a any)", change: argument(shape("kind", "circle", "square"))}, new: version{method: "Get(a any)", change: argument(shape("kind", "circle"))}, where: "argument a<square>: is no longer taken"},
	{rule: "WB037", what: "another tag", old: version{method: "Get(a any)", change: argument(shape("kind", "circle"))}, new: version{method: "Get(a any)", change: argument(shape("type", "circle"))}, where: "told apart by kind, are by type", symmetric: true},
	{rule: "WB038", what: "text becomes bytes", old: version{method: "Get(a string)", change: only}, new: version{method: "Get(a []byte)", change: only}, where: "was plain, is binary", symmetric: true},
	{rule: "WB038", what: "a duration becomes a number", old: version{method: "Get(a time.Duration)", change: only}, new: version{method: "Get(a int)", change: only}, where: "was duration, is plain", symmetric: true},
	{rule: "WB039", what: "a constraint without order", old: version{method: "Get(a any)", change: argument(integer())}, new: version{method: "Get(a any)", change: argument(&schema.Schema{Type: "integer", Not: &schema.Schema{Const: 7}})}, where: "a constraint changed", symmetric: true},

	{rule: "WB040", what: "a result gets another type", old: version{method: "Get() (a int)"}, new: version{method: "Get() (a string)"}, where: "result a: was integer, is string", symmetric: true},
	{rule: "WB040", what: "a result may be a fraction", old: version{method: "Get() (a int)"}, new: version{method: "Get() (a float64)"}, where: "was integer, is number"},
	{rule: "WB040", what: "a progressive result's item may be a fraction", old: version{method: "Get()", change: procedure(func(p *schema.Procedure) { p.Progress = integer() })}, new: version{method: "Get()", change: procedure(func(p *schema.Procedure) { p.Progress = number() })}, where: "progressive result: was integer, is number"},
	{rule: "WB040", what: "an event's argument may be anything", old: version{method: "Get(a int)", change: events}, new: version{method: "Get(a any)", change: events}, where: topicURI + ": argument a: was integer, is any value"},
	{rule: "WB041", what: "a result may be null", old: version{method: "Get() (a int)"}, new: version{method: "Get() (a *int)"}, where: "result a: may be null"},
	{rule: "WB042", what: "a result may be something new", old: version{method: "Get() (a Color)", types: onlyRed}, new: version{method: "Get() (a Color)", types: colors}, where: `may be "blue"`},
	{rule: "WB043", what: "an enum is opened", old: version{method: "Get() (a Color)", types: colors}, new: version{method: "Get() (a Color)", types: colors, open: true}, where: "was closed, is open"},
	{rule: "WB044", what: "an integer gets larger", old: version{method: "Get() (a uint16)"}, new: version{method: "Get() (a uint32)"}, where: "the maximum was 65535, is 4294967295"},
	{rule: "WB044", what: "a text may be longer", old: version{method: "Get() (a Config)", types: bounded}, new: version{method: "Get() (a Config)", types: wider}, where: "result a.name"},
	{rule: "WB045", what: "a field may be missing", old: version{method: "Get() (a Config)", types: config}, new: version{method: "Get() (a Config)", types: lessName}, where: "result a.name: was always there"},
	{rule: "WB045", what: "an event's argument may be missing", old: version{method: "Get(a int)", change: events}, new: version{method: "Get(aDefault int)", change: events}, where: "argument a: was always there"},
	{rule: "WB046", what: "a field is gone", old: version{method: "Get() (a Config)", types: config}, new: version{method: "Get() (a Config)", types: noName}, where: "result a.name: is gone"},
	{rule: "WB046", what: "a keyword result is gone", old: version{method: "Get() (a, b int)", result: keywords}, new: version{method: "Get() (a int)", result: keywords}, where: "results.b: is gone"},
	{rule: "WB046", what: "an error's field is gone", old: version{method: "Get()"}, new: version{method: "Get()", change: func(c *schema.Catalog) { c.Errors[errorURI].Params = nil }}, where: errorURI + ": id: is gone"},
	{rule: "WB047", what: "a new variant", old: version{method: "Get() (a any)", change: result(shape("kind", "circle"))}, new: version{method: "Get() (a any)", change: result(shape("kind", "circle", "square"))}, where: "result a<square>: is new"},
	{rule: "WB048", what: "bytes become text", old: version{method: "Get() (a []byte)"}, new: version{method: "Get() (a string)"}, where: "was binary, is plain", symmetric: true},
	{rule: "WB049", what: "a constraint without order", old: version{method: "Get() (a any)", change: result(integer())}, new: version{method: "Get() (a any)", change: result(&schema.Schema{Type: "integer", Not: &schema.Schema{Const: 7}})}, where: "a constraint changed", symmetric: true},

	{rule: "WB050", what: "a result is gone", old: version{method: "Get() (a, b int)"}, new: version{method: "Get() (a int)"}, where: "result b: is gone", symmetric: true, back: "WB051"},
	{rule: "WB050", what: "the only result is gone", old: version{method: "Get() (a int)"}, new: version{method: "Get()"}, where: "result a: is gone"},
	{rule: "WB051", what: "a result more", old: version{method: "Get() (a int)"}, new: version{method: "Get() (a, b int)"}, where: "result b: is new", symmetric: true, back: "WB050"},
	{rule: "WB052", what: "results travel by keyword", old: version{method: "Get() (a, b int)"}, new: version{method: "Get() (a, b int)", result: keywords}, where: "travelled by position, travel by keyword", symmetric: true},
	{rule: "WB053", what: "results change places", old: version{method: "Get() (a, b int)"}, new: version{method: "Get() (b, a int)"}, where: "result a: was at position 0, is at 1", symmetric: true},

	{rule: "WB060", what: "an event's argument is gone", old: version{method: "Get(a, b int)", change: events}, new: version{method: "Get(a int)", change: events}, where: "argument b: is gone", symmetric: true, back: "WB061"},
	{rule: "WB060", what: "an event's keyword is gone", old: version{method: "Get(a, b int)", args: keywords, change: events}, new: version{method: "Get(a int)", args: keywords, change: events}, where: "argument b: is gone"},
	{rule: "WB061", what: "an event has an argument more", old: version{method: "Get(a int)", change: events}, new: version{method: "Get(a, b int)", change: events}, where: "argument b: is new", symmetric: true, back: "WB060"},
	{rule: "WB062", what: "an event's arguments change places", old: version{method: "Get(a, b int)", change: events}, new: version{method: "Get(b, a int)", change: events}, where: "argument a: was at position 0, is at position 1", symmetric: true},
	{rule: "WB062", what: "an event's arguments become keywords", old: version{method: "Get(a int)", change: events}, new: version{method: "Get(a int)", args: keywords, change: events}, where: "is a keyword", symmetric: true},

	{rule: "WB070", what: "a procedure declares an error more", old: version{method: "Get()"}, new: version{method: "Get()", change: procedure(func(p *schema.Procedure) { p.Errors = []string{errorURI} })}, where: "errors: " + errorURI + " is new"},
}

// defaultOf gives the argument a default.
func defaultOf(value any) func(*schema.Catalog) {
	return without(procedure(func(p *schema.Procedure) {
		property, _ := p.Params.Properties.Get("a")
		property.Default = value
	}))
}

// events leaves the procedure out.
func events(c *schema.Catalog) { delete(c.Procedures, procedureURI) }

// captured gives the procedure a URI with a capture.
func captured(uri string, s *schema.Schema) func(*schema.Catalog) {
	return func(c *schema.Catalog) {
		p := c.Procedures[procedureURI]
		delete(c.Procedures, procedureURI)
		p.URIParams = map[string]*schema.Schema{strings.Trim(strings.Split(uri, ".")[4], "{}"): s}
		c.Procedures[uri] = p
	}
}

func has(findings compat.Findings, rule, where string) bool {
	for _, f := range findings {
		if f.Rule.ID == rule && strings.Contains(f.Kind+" "+f.String(), where) {
			return true
		}
	}
	return false
}

func compare(t *testing.T, old, new version) compat.Findings {
	t.Helper()
	return compat.Compare([]*schema.Catalog{locked(t, old.catalog(t))}, []*schema.Catalog{new.catalog(t)})
}

// locked is what is left of a catalog in a lock file.
func locked(t *testing.T, c *schema.Catalog) *schema.Catalog {
	t.Helper()
	lock := schema.Lock{Services: []schema.LockedService{{Interface: "example.com/device.Device", Catalog: c}}}
	read, err := schema.ParseLock(must(lock.Marshal())(t))
	if err != nil {
		t.Fatal(err)
	}
	return read.Services[0].Catalog
}

func TestEveryRuleInBothDirections(t *testing.T) {
	for _, row := range rows {
		t.Run(row.rule+" "+row.what, func(t *testing.T) {
			findings := compare(t, row.old, row.new)
			if !has(findings, row.rule, row.where) {
				t.Errorf("there is no %s with %q in %v", row.rule, row.where, findings)
			}
			back := compare(t, row.new, row.old)
			switch {
			case !row.symmetric && len(back) > 0:
				t.Errorf("the other way round: %v", back)
			case row.symmetric && row.back == "" && !has(back, row.rule, ""):
				t.Errorf("the other way round there is no %s in %v", row.rule, back)
			case row.back != "" && !has(back, row.back, ""):
				t.Errorf("the other way round there is no %s in %v", row.back, back)
			}
			for _, v := range []version{row.old, row.new} {
				if findings := compare(t, v, v); len(findings) > 0 {
					t.Errorf("a service breaks itself: %v", findings)
				}
			}
		})
	}
}

func TestEveryRuleHasARow(t *testing.T) {
	tested := map[string]bool{}
	for _, row := range rows {
		tested[row.rule] = true
	}
	for _, rule := range compat.Rules() {
		if !tested[rule.ID] {
			t.Errorf("%s %s has no row", rule.ID, rule.Name)
		}
	}
}

// What is safe, as the documentation promises.
func TestWhatBreaksNobody(t *testing.T) {
	for _, row := range []struct {
		what     string
		old, new version
	}{
		{"an optional last argument", version{method: "Get(a int)", change: only}, version{method: "Get(a int, b *int)", change: only}},
		{"an argument with a default", version{method: "Get(a int)", change: only}, version{method: "Get(a int, bDefault int)", change: only}},
		{"a default for what had to be passed", version{method: "Get(a int)", change: only}, version{method: "Get(aDefault int)", change: defaultOf(7)}},
		{"a variadic rest", version{method: "Get(a int)", change: only}, version{method: "Get(a int, b ...string)", change: only}},
		{"an optional field of a request", version{method: "Get(a Config)", types: noName, args: fields, change: only}, version{method: "Get(a Config)", types: lessName, args: fields, change: only}},
		{"a field of a result", version{method: "Get() (a Config)", types: noName}, version{method: "Get() (a Config)", types: config}},
		{"a field of an event", version{method: "Get(a Config)", types: noName, args: fields, change: events}, version{method: "Get(a Config)", types: config, args: fields, change: events}},
		{"a request that also takes what it took by name as positions", version{method: "Get(a int)", args: keywords, change: only}, version{method: "Get(a int)", change: only}},
		{"another name of a result", version{method: "Get() (a int)"}, version{method: "Get() (b int)"}},
		{"another name of an event's argument", version{method: "Get(a int)", change: events}, version{method: "Get(b int)", change: events}},
		{"a type with another name", version{method: "Get(a Config) (b Config)", types: config, change: only}, version{method: "Get(a Settings) (b Settings)", types: strings.ReplaceAll(config, "Config", "Settings"), change: only}},
		{"int instead of int64", version{method: "Get(a int) (b int64)"}, version{method: "Get(a int64) (b int)"}},
		{"uint instead of uint64", version{method: "Get(a uint) (b uint64)"}, version{method: "Get(a uint64) (b uint)"}},
		{"another capture's name", version{method: "Get()", change: captured("com.acme.device.v1.{id}.get", integer())}, version{method: "Get()", change: captured("com.acme.device.v1.{device}.get", integer())}},
		{"another timeout, and acknowledgements", version{method: "Get()"}, version{method: "Get()", change: func(c *schema.Catalog) { c.Procedures[procedureURI].TimeoutMs, c.Topics[topicURI].Ack = 5, true }}},
		{"documentation", version{method: "Get()"}, version{method: "Get()", change: procedure(func(p *schema.Procedure) { p.Description, p.Deprecated = "Get gets.", "use Fetch" })}},
		{"a recursive type", version{method: "Get(a Tree)", types: "type Tree struct { Children []Tree }", change: only}, version{method: "Get(a Tree)", types: "type Tree struct { Children []Tree; Parent *Tree `json:\",omitempty\"` }", change: only}},
	} {
		t.Run(row.what, func(t *testing.T) {
			if findings := compare(t, row.old, row.new); len(findings) > 0 {
				t.Error(findings)
			}
		})
	}
}

func TestAWholeServiceIsOneFinding(t *testing.T) {
	old := version{method: "Get()"}.catalog(t)
	findings := compat.Compare([]*schema.Catalog{old}, nil)
	if len(findings) != 1 || findings[0].String() != "com.acme.device.v1: is gone, with 1 procedure and 1 topic (WB001)" {
		t.Error(findings)
	}
}

func TestARenamedProcedureIsGuessed(t *testing.T) {
	moved := version{method: "Get()", change: func(c *schema.Catalog) {
		c.Procedures["com.acme.device.v1.fetch"] = c.Procedures[procedureURI]
		delete(c.Procedures, procedureURI)
	}}
	findings := compare(t, version{method: "Get()"}, moved)
	if len(findings) != 1 || !strings.Contains(findings[0].Detail, "com.acme.device.v1.fetch looks like it") {
		t.Error(findings)
	}
}

// A change of a type that several procedures share is told once.
func TestASharedTypeIsOneFinding(t *testing.T) {
	twice := func(c *schema.Catalog) {
		delete(c.Topics, topicURI)
		c.Procedures["com.acme.device.v1.put"] = c.Procedures[procedureURI]
	}
	findings := compare(t, version{method: "Get() (a Config)", types: config, change: twice}, version{method: "Get() (a Config)", types: noName, change: twice})
	if len(findings) != 1 || len(findings[0].Also) != 1 || findings[0].Also[0] != "com.acme.device.v1.put" {
		t.Errorf("%+v", findings)
	}
}

func TestReports(t *testing.T) {
	findings := compare(t, version{method: "Get(a int) (b int)", change: only}, version{method: "Get(a string)", change: only})
	var text, lines bytes.Buffer
	if err := findings.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"procedure com.acme.device.v1.get\n  argument a: was integer, is string (WB030 input-type)\n      breaks old callers with a new callee:\n",
		"  result b: is gone (WB050 result-removed)\n", "      Instead: keep it",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("there is no %q in\n%s", want, text.String())
		}
	}
	if err := findings.WriteJSON(&lines); err != nil {
		t.Fatal(err)
	}
	var first struct{ Rule, Kind, URI, Path, Detail, Breaks, Why, Fix string }
	line, _, _ := bytes.Cut(lines.Bytes(), []byte("\n"))
	if err := json.Unmarshal(line, &first); err != nil {
		t.Fatal(err)
	}
	if first.Rule != "WB030" || first.Kind != "procedure" || first.Path != "argument a" || first.Fix == "" || first.Why == "" {
		t.Errorf("%+v", first)
	}
}

func TestExplain(t *testing.T) {
	for _, id := range []string{"WB020", "wb020", "argument-required"} {
		rule, ok := compat.Explain(id)
		if !ok || rule.ID != "WB020" || !strings.Contains(rule.String(), "Instead: make it a pointer") {
			t.Errorf("%s: %v %v", id, rule, ok)
		}
	}
	if _, ok := compat.Explain("WB999"); ok {
		t.Error("WB999 is explained")
	}
}
