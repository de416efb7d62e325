// Package catalog describes a package's services to peers in other languages:
// it turns the generator's model into catalogs of package schema.
package catalog

import (
	"fmt"
	"go/doc"
	"go/types"
	"strings"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/wampgen/model"
)

// Entry is the catalog of one interface.
type Entry struct {
	Interface string // a service; or topics that belong to no service of the package
	Catalog   *schema.Catalog
}

// Build makes a catalog for every service of the package, in order. Topics
// with the prefix and version of a service are part of its catalog, of the
// first one if there are several; other topics have a catalog of their own.
// Comments of types, fields and constants come from comment, which may be nil.
//
// An error means that the model holds a type that cannot travel, which
// package analyze does not let through.
func Build(m *model.Package, comment func(types.Object) string) ([]Entry, error) {
	b := &builder{model: m, comment: comment}
	var entries []Entry
	for _, s := range m.Services {
		c, err := b.service(s)
		if err != nil {
			return nil, fmt.Errorf("catalog of %s.%s: %w", m.Path, s.Interface, err)
		}
		entries = append(entries, Entry{s.Interface, c})
	}
	for _, t := range m.Topics {
		if b.home(t) != nil {
			continue
		}
		c, err := b.topics(t)
		if err != nil {
			return nil, fmt.Errorf("catalog of %s.%s: %w", m.Path, t.Interface, err)
		}
		entries = append(entries, Entry{t.Interface, c})
	}
	return entries, nil
}

type builder struct {
	model   *model.Package
	comment func(types.Object) string
}

// home is the service whose catalog describes the topics, nil if none does.
func (b *builder) home(t *model.TopicSet) *model.Service {
	for _, s := range b.model.Services {
		if s.Prefix == t.Prefix && s.Version == t.Version {
			return s
		}
	}
	return nil
}

// document is one catalog in the making.
type document struct {
	*schema.Catalog
	types *schema.Builder
}

func (b *builder) document(prefix, version, title, comment string) *document {
	return &document{
		Catalog: &schema.Catalog{
			Service: prefix, Version: version, Title: title, Description: strings.TrimSpace(comment),
			Procedures: map[string]*schema.Procedure{},
			Topics:     map[string]*schema.Topic{},
			Errors:     map[string]*schema.ErrorDef{},
		},
		types: schema.NewBuilder(b.options()),
	}
}

// options let type schemas know what annotations say.
func (b *builder) options() schema.Options {
	notes := b.model.Notes
	return schema.Options{
		Package: b.model.Path, Fset: b.model.Fset, Doc: b.comment,
		OpenEnum: func(name *types.TypeName) bool { return notes[name] != nil && notes[name].Enum == "open" },
		OneOf:    func(name *types.TypeName) *schema.Union { return notes[name].Union() },
		Keywords: func(name *types.TypeName) []schema.Keyword { return notes[name].Keywords() },
	}
}

func (b *builder) service(s *model.Service) (*schema.Catalog, error) {
	d := b.document(s.Prefix, s.Version, s.Name, s.Doc)
	for _, p := range s.Procedures {
		if err := d.procedure(s.Name, p); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	for _, t := range b.model.Topics {
		if b.home(t) != s {
			continue
		}
		if err := d.topics(t); err != nil {
			return nil, err
		}
	}
	return d.finish(), nil
}

func (b *builder) topics(t *model.TopicSet) (*schema.Catalog, error) {
	d := b.document(t.Prefix, t.Version, t.Name, t.Doc)
	if err := d.topics(t); err != nil {
		return nil, err
	}
	return d.finish(), nil
}

func (d *document) finish() *schema.Catalog {
	d.Defs = d.types.Defs()
	return d.Catalog
}

func (d *document) procedure(service string, m *model.Procedure) error {
	p := &schema.Procedure{
		Summary: summary(m.Doc), Description: strings.TrimSpace(m.Doc), Deprecated: m.Deprecated,
		Match: m.Match, Register: pattern(m.URI, m.Template), Invoke: m.Invoke, TimeoutMs: m.Timeout.Milliseconds(),
		Idempotent: m.Idempotent, Disclose: m.Disclose,
	}
	if p.Invoke == "single" {
		p.Invoke = ""
	}
	var err error
	if p.URIParams, err = d.captures(m.Captures); err != nil {
		return err
	}
	if p.Args, p.Params, err = d.arguments(service+m.Name+"Params", m.Args, m.ArgsForm); err != nil {
		return err
	}
	if p.Result, err = d.result(m); err != nil {
		return err
	}
	if p.Progress, err = d.stream(m.Progress); err != nil {
		return err
	}
	if p.Input, err = d.stream(m.Input); err != nil {
		return err
	}
	for _, e := range m.Errors {
		p.Errors = append(p.Errors, e.URI)
		if err := d.failure(e); err != nil {
			return err
		}
	}
	d.Procedures[m.Template] = p
	return nil
}

// pattern is what to register or subscribe to where that is not the template itself.
func pattern(uri, template string) string {
	if uri == template {
		return ""
	}
	return uri
}

// What a text must look like to stand in a URI: a component, or several.
const (
	component  = `^[^\s.#]+$`
	components = `^[^\s.#]+(\.[^\s.#]+)*$`
)

// captures describes what stands in a URI, by name; nil if nothing does.
func (d *document) captures(captures []*model.Capture) (map[string]*schema.Schema, error) {
	if len(captures) == 0 {
		return nil, nil
	}
	params := make(map[string]*schema.Schema, len(captures))
	for _, c := range captures {
		s, err := d.types.Schema(c.Value.Type)
		if err != nil {
			return nil, fmt.Errorf("capture %s: %w", c.Name, err)
		}
		switch {
		case s.Type != "string" || s.Pattern != "" || s.Format != "":
		case c.Rest:
			s.Pattern = components
		default:
			s.Pattern = component
		}
		params[c.Name] = s
	}
	return params, nil
}

// stream describes one item of a stream; nil if there is none.
func (d *document) stream(s *model.Stream) (*schema.Schema, error) {
	if s == nil {
		return nil, nil
	}
	item, err := d.types.Schema(s.Item.Type)
	if err != nil {
		return nil, fmt.Errorf("stream: %w", err)
	}
	return item, nil
}

// arguments describes values twice: as a list and as an object.
func (d *document) arguments(title string, values []*model.Value, form model.Form) (list, object *schema.Schema, err error) {
	if form == model.Struct {
		if list, err = d.types.Tuple(nil); err != nil {
			return nil, nil, err
		}
		object, err = d.types.Request(values[0].Type)
		return list, object, err
	}
	args := arguments(values, form)
	if list, err = d.types.Tuple(args); err != nil {
		return nil, nil, err
	}
	object, err = d.types.Params(title, args)
	return list, object, err
}

func arguments(values []*model.Value, form model.Form) []schema.Arg {
	var args []schema.Arg
	for _, v := range values {
		keyword := v.Keyword || form == model.Keywords
		arg := schema.Arg{Name: v.Wire, Type: v.Type, Optional: v.Optional || keyword && v.Variadic, Variadic: v.Variadic && !keyword, Keyword: keyword}
		if v.Default != nil {
			arg.Default = v.Default.JSON
		}
		args = append(args, arg)
	}
	return args
}

func (d *document) result(m *model.Procedure) (*schema.Result, error) {
	if m.ResultForm == model.Struct {
		list, object, err := d.arguments("", m.Results, model.Struct)
		return &schema.Result{Args: list, Params: object, Names: []string{}}, err
	}
	var results []schema.Arg
	for _, v := range m.Results {
		name := v.Name
		if m.ResultForm == model.Keywords {
			name = v.Wire
		}
		results = append(results, schema.Arg{Name: name, Type: v.Type})
	}
	return d.types.Result(results, m.ResultForm == model.Keywords)
}

func (d *document) failure(e *model.Error) error {
	if d.Errors[e.URI] != nil {
		return nil
	}
	var fields types.Type
	if e.Type != nil {
		fields = e.Type
	}
	def, err := d.types.ErrorDef(fields)
	if err != nil {
		return fmt.Errorf("error %s: %w", e.Name, err)
	}
	def.Summary, def.Description = summary(e.Doc), strings.TrimSpace(e.Doc)
	d.Errors[e.URI] = def
	return nil
}

func (d *document) topics(t *model.TopicSet) error {
	for _, m := range t.Topics {
		list, object, err := d.arguments(t.Name+m.Name+"Params", m.Args, m.ArgsForm)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		captures, err := d.captures(m.Captures)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		d.Topics[m.Template] = &schema.Topic{
			Summary: summary(m.Doc), Description: strings.TrimSpace(m.Doc), Deprecated: m.Deprecated,
			Match: m.Match, Subscribe: pattern(m.URI, m.Template), Ack: m.Ack, Retain: m.Retain, Disclose: m.Disclose,
			URIParams: captures, Args: list, Params: object,
		}
	}
	return nil
}

// summary is the first sentence of a comment.
func summary(comment string) string { return new(doc.Package).Synopsis(comment) }
