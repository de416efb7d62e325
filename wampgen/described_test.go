package wampgen_test

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/runtime/wamptest"
	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wampgen"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/described"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/described/other"
)

// judge compares what travels with the catalog.
type judge struct {
	t        *testing.T
	catalog  *schema.Catalog
	compiler *validator.Compiler
	judged   map[string]bool
}

func newJudge(t *testing.T, c *schema.Catalog) *judge {
	document, err := c.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := validator.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	j := &judge{t, c, validator.NewCompiler(), map[string]bool{}}
	j.compiler.DefaultDraft(validator.Draft2020)
	j.compiler.AssertFormat()
	if err := j.compiler.AddResource("wamp:catalog", raw); err != nil {
		t.Fatal(err)
	}
	return j
}

// validates fails the test for a value that is not what the schema at the place says.
func (j *judge) validates(value any, place ...string) bool {
	j.t.Helper()
	var pointer strings.Builder
	for _, token := range place {
		pointer.WriteString("/" + url.PathEscape(token))
	}
	compiled, err := j.compiler.Compile("wamp:catalog#" + pointer.String())
	if err != nil {
		j.t.Errorf("%v: %v", place, err)
		return false
	}
	text, err := json.Marshal(value) // bytes become base64, as the schemas say
	if err != nil {
		j.t.Fatal(err)
	}
	instance, err := validator.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		j.t.Fatal(err)
	}
	j.judged[strings.Join(place, " ")] = true
	return compiled.Validate(instance) == nil
}

// payload judges arguments: the list, and all of them as an object.
func (j *judge) payload(args []any, kwargs map[string]any, place ...string) {
	j.t.Helper()
	if args == nil {
		args = []any{}
	}
	if !j.validates(args, append(place, "args")...) {
		j.t.Errorf("%v: the list %v does not validate", place, args)
	}
	object := j.object(args, kwargs, place)
	if !j.validates(object, append(place, "params")...) {
		j.t.Errorf("%v: the arguments %v do not validate", place, object)
	}
}

// object is what code generators make of arguments: all of them by name.
func (j *judge) object(args []any, kwargs map[string]any, place []string) map[string]any {
	var described *schema.Schema
	if p := j.catalog.Procedures[place[1]]; p != nil {
		described = p.Params
	} else {
		described = j.catalog.Topics[place[1]].Params
	}
	object := maps.Clone(kwargs)
	if object == nil {
		object = map[string]any{}
	}
	for name, property := range described.Properties.FromOldest() {
		position, ok := property.Extras["x-wamp-position"].(int)
		switch {
		case !ok || position >= len(args):
		case property.Extras["x-wamp-variadic"] == true:
			object[name] = args[position:]
		default:
			object[name] = args[position]
		}
	}
	return object
}

func describedCatalog(t *testing.T) *schema.Catalog {
	options := goldens
	options.Patterns = []string{"./described"}
	descriptions, complaints, err := wampgen.Describe(t.Context(), options)
	if err != nil || len(complaints) > 0 || len(descriptions) != 1 {
		t.Fatal(err, complaints, len(descriptions))
	}
	return descriptions[0].Catalog
}

const storeURI = "com.acme.store.v1."

func TestWhatClientsSendValidates(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		j := newJudge(t, describedCatalog(t))
		// Peers without generated code receive what the typed client and publisher send.
		for template, register := range map[string]wamp.URI{
			"draw": "", "list": "", "put": "", "shelf.{shelf}.get": storeURI + "shelf..get",
		} {
			options := []runtime.RegisterOption{}
			if register == "" {
				register = wamp.URI(storeURI + template)
			} else {
				options = append(options, runtime.WithMatch(wamp.MatchWildcard))
			}
			handle := func(_ context.Context, in *runtime.Result) (*runtime.Result, error) {
				j.payload(in.Args, in.Kwargs, "procedures", storeURI+template)
				return runtime.NewResult(), nil
			}
			if _, err := service.Register(t.Context(), register, handle, options...); err != nil {
				t.Fatal(err)
			}
		}
		client, ctx, now := described.NewStoreClient(session), t.Context(), time.Now()
		square := &described.Rectangle{Width: 1, Height: 1, Inside: []described.Shape{described.Circle{Radius: 0.5}, nil}}
		_, err := client.Draw(ctx, square, "mauve")
		failOn(t, err)
		_, err = client.Draw(ctx, nil, described.Red)
		failOn(t, err)
		_, _, err = client.List(ctx, 5, &now, described.ByAge)
		failOn(t, err)
		_, _, err = client.List(ctx, 20, nil, described.ByName)
		failOn(t, err)
		//lint:ignore SA1019 what is deprecated still works
		failOn(t, client.Put(ctx, described.Item{ID: "tea-1", Count: 1000, Tags: []string{"green"}}, []byte{0, 255}, time.Hour, "a", "b"))
		_, err = client.Get(ctx, 7, "tea-1")
		failOn(t, err)
		if len(j.judged) != 8 {
			t.Errorf("judged %v", j.judged)
		}
	})
}

func failOn(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// shopkeeper answers every procedure with something.
type shopkeeper struct{ described.UnimplementedStore }

func (shopkeeper) Get(context.Context, int, described.SKU) (described.Item, error) {
	return described.Item{ID: "tea-1"}, nil
}

func (shopkeeper) List(context.Context, int, *time.Time, described.Order) (described.Page[described.Item], described.Page[other.Item], error) {
	next := "2"
	return described.Page[described.Item]{Items: []described.Item{{ID: "tea-1"}}, Next: &next}, described.Page[other.Item]{}, nil
}

func (shopkeeper) Draw(_ context.Context, s described.Shape, _ described.Color) (described.Shape, error) {
	return s, nil
}

func (shopkeeper) Grep(_ context.Context, path, pattern string) iter.Seq2[described.Line, error] {
	return func(yield func(described.Line, error) bool) {
		_ = yield(described.Line{Number: 1, Text: path, At: time.Now()}, nil) && yield(described.Line{Number: 2, Text: pattern}, nil)
	}
}

func TestWhatCalleesSendValidates(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		j := newJudge(t, describedCatalog(t))
		if _, err := described.RegisterStore(t.Context(), service, shopkeeper{}); err != nil {
			t.Fatal(err)
		}
		circle := map[string]any{"kind": "circle", "radius": 2.5}
		for template, call := range map[string]struct {
			uri  string
			args []any
		}{
			"shelf.{shelf}.get": {"shelf.3.get", []any{"tea-1"}},
			"list":              {"list", nil},
			"draw":              {"draw", []any{circle, "red"}},
		} {
			result, err := session.Call(t.Context(), wamp.URI(storeURI+call.uri), call.args...)
			if err != nil {
				t.Errorf("%s: %v", template, err)
				continue
			}
			if !j.validates(result.Args, "procedures", storeURI+template, "result", "args") {
				t.Errorf("%s: %v does not validate", template, result.Args)
			}
		}
		items := 0
		for item, err := range session.CallProgress(t.Context(), storeURI+"logs.var.syslog", "error") {
			if err != nil {
				t.Fatal(err)
			}
			if len(item.Args) == 0 {
				continue // the final result
			}
			items++
			if len(item.Args) != 1 || !j.validates(item.Args[0], "procedures", storeURI+"logs.{path...}", "progress") {
				t.Errorf("%v does not validate", item.Args)
			}
		}
		if items != 2 {
			t.Errorf("%d items", items)
		}
	})
}

func TestWhatPublishersSendValidates(t *testing.T) {
	router := wamptest.New(t)
	session := router.Session(t)
	j := newJudge(t, describedCatalog(t))
	heard := make(chan struct{})
	for topic, template := range map[wamp.URI]string{storeURI + "shelf..changed": "shelf.{shelf}.changed", storeURI + "drawn": "drawn"} {
		match := wamp.MatchExact
		if strings.Contains(template, "{") {
			match = wamp.MatchWildcard
		}
		handle := func(_ context.Context, in *runtime.Result) error {
			j.payload(in.Args, in.Kwargs, "topics", storeURI+template)
			heard <- struct{}{}
			return nil
		}
		if _, err := session.Subscribe(t.Context(), topic, handle, runtime.WithMatch(match)); err != nil {
			t.Fatal(err)
		}
	}
	p := described.NewStoreEventsPublisher(router.Session(t))
	failOn(t, p.Changed(t.Context(), 3, nil, described.Blue))
	<-heard
	failOn(t, p.Changed(t.Context(), 3, &described.Item{ID: "tea-1"}, "mauve"))
	<-heard
	failOn(t, p.Drawn(t.Context(), described.Circle{Radius: 1}))
	<-heard
	if len(j.judged) != 4 {
		t.Errorf("judged %v", j.judged)
	}
}

// What must not validate does not: the schemas are not just permissive.
func TestSchemasRefuse(t *testing.T) {
	j := newJudge(t, describedCatalog(t))
	for _, c := range []struct {
		value any
		place []string
	}{
		{[]any{map[string]any{"kind": "triangle"}, "red"}, []string{"procedures", storeURI + "draw", "args"}},
		{[]any{map[string]any{"radius": 1}, "red"}, []string{"procedures", storeURI + "draw", "args"}},
		{[]any{"Tea"}, []string{"procedures", storeURI + "shelf.{shelf}.get", "args"}},
		{"a.b", []string{"procedures", storeURI + "shelf.{shelf}.get", "uriParams", "shelf"}},
		{"a..b", []string{"procedures", storeURI + "logs.{path...}", "uriParams", "path"}},
		{map[string]any{"order_by": "size"}, []string{"procedures", storeURI + "list", "params"}},
		{map[string]any{"id": "tea-1", "count": 1001}, []string{"procedures", storeURI + "import", "input"}},
		{map[string]any{"id": "tea-1"}, []string{"procedures", storeURI + "import", "input"}},
		{"half", []string{"procedures", storeURI + "import", "progress"}},
	} {
		if j.validates(c.value, c.place...) {
			t.Errorf("%v validates at %v", c.value, c.place)
		}
	}
}
