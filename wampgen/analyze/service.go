package analyze

import (
	"go/types"
	"strings"

	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/directive"
	"github.com/wampkit/wampkit/wampgen/model"
)

// service reads an interface with //wamp:service; nil where it cannot be one.
func (a *analysis) service(decl *typeDecl) *model.Service {
	d := decl.directives.one(directive.Service)
	iface := a.checkInterface(decl, d)
	if iface == nil {
		return nil
	}
	s := &model.Service{
		Interface: decl.spec.Name.Name,
		Name:      baseName(decl, d),
		File:      a.load.Fset.File(decl.spec.Pos()).Name(),
		Pos:       a.position(decl.spec.Name.Pos()),
		Doc:       decl.doc,
		Errors:    a.errors,
	}
	before := len(a.complaints)
	s.Prefix, s.Version = a.prefix(d)
	for _, method := range a.flatten(decl, iface) {
		if method.skipped() {
			a.checkSkip(method)
			s.Skipped = append(s.Skipped, &method.Method)
			continue
		}
		a.checkVerb(method, directive.Procedure)
		if p := a.procedure(s, d, method); p != nil {
			s.Procedures = append(s.Procedures, p)
		}
	}
	if len(s.Procedures) == 0 && len(a.complaints) == before {
		a.complaints.Add(s.Pos, diag.NothingToGenerate, "service %s has no procedures: give it exported methods", s.Interface)
	}
	return s
}

// procedure reads one method; nil where its signature is unusable.
func (a *analysis) procedure(s *model.Service, service *directive.Directive, method *method) *model.Procedure {
	d := method.directives.one(directive.Procedure)
	p := &model.Procedure{
		Method:      method.Method,
		Invoke:      inherited(d, service, "invoke"),
		Timeout:     service.Duration("timeout"),
		Idempotent:  d.Flag("idempotent", false),
		Disclose:    d.Flag("disclose", false),
		Concurrency: d.Int("concurrency"),
		Errors:      s.Errors,
	}
	if _, own := d.Text("timeout"); own {
		p.Timeout = d.Duration("timeout")
	}
	if p.Deprecated, _ = d.Text("deprecated"); p.Deprecated == "" {
		p.Deprecated = deprecation(method.Doc)
	}
	t := a.template(service, s.Prefix, s.Version, method, d)
	p.Template = t.text
	p.URI, p.Match = a.match(method, d, t)
	if _, own := d.Text("errors"); own {
		p.Errors, p.OwnErrors = a.resolveErrors(method, d), true
	}
	if !a.readSignature(method, t, p) {
		return nil
	}
	p.ArgsForm = a.argsForm(method, p.Args, inherited(d, service, "args"))
	p.ResultForm = a.resultForm(method, p.Results, inherited(d, nil, "result"))
	return p
}

// deprecation is the paragraph of a comment that begins with "Deprecated:", without that word.
func deprecation(comment string) string {
	for paragraph := range strings.SplitSeq(comment, "\n\n") {
		if reason, ok := strings.CutPrefix(strings.TrimSpace(paragraph), "Deprecated: "); ok {
			return strings.Join(strings.Fields(reason), " ")
		}
	}
	return ""
}

// inherited is the value on the method, else the one on the interface, else empty.
func inherited(d, from *directive.Directive, key string) string {
	if text, ok := d.Text(key); ok {
		return text
	}
	text, _ := from.Text(key)
	return text
}

// topicSet reads an interface with //wamp:topics; nil where it cannot be one.
func (a *analysis) topicSet(decl *typeDecl) *model.TopicSet {
	d := decl.directives.one(directive.Topics)
	iface := a.checkInterface(decl, d)
	if iface == nil {
		return nil
	}
	t := &model.TopicSet{
		Interface: decl.spec.Name.Name,
		Name:      baseName(decl, d),
		File:      a.load.Fset.File(decl.spec.Pos()).Name(),
		Pos:       a.position(decl.spec.Name.Pos()),
		Doc:       decl.doc,
	}
	before := len(a.complaints)
	t.Prefix, t.Version = a.prefix(d)
	for _, method := range a.flatten(decl, iface) {
		if method.skipped() {
			a.checkSkip(method)
			t.Skipped = append(t.Skipped, &method.Method)
			continue
		}
		a.checkVerb(method, directive.Topic)
		if topic := a.topic(t, d, method); topic != nil {
			t.Topics = append(t.Topics, topic)
		}
	}
	if len(t.Topics) == 0 && len(a.complaints) == before {
		a.complaints.Add(t.Pos, diag.NothingToGenerate, "topics %s has no topics: give it exported methods", t.Interface)
	}
	return t
}

func (a *analysis) topic(t *model.TopicSet, topics *directive.Directive, method *method) *model.Topic {
	d := method.directives.one(directive.Topic)
	topic := &model.Topic{
		Method:    method.Method,
		Ack:       d.Flag("ack", topics.Flag("ack", false)),
		Retain:    d.Flag("retain", topics.Flag("retain", false)),
		ExcludeMe: d.Flag("exclude_me", true),
		Disclose:  d.Flag("disclose", false),
	}
	if topic.Deprecated, _ = d.Text("deprecated"); topic.Deprecated == "" {
		topic.Deprecated = deprecation(method.Doc)
	}
	template := a.template(topics, t.Prefix, t.Version, method, d)
	topic.Template = template.text
	topic.URI, topic.Match = a.match(method, d, template)
	if !a.readTopicSignature(method, template, topic) {
		return nil
	}
	topic.ArgsForm = a.argsForm(method, topic.Args, "")
	return topic
}

func baseName(decl *typeDecl, d *directive.Directive) string {
	if name, ok := d.Text("name"); ok {
		return name
	}
	return decl.spec.Name.Name
}

// checkInterface returns the interface behind an annotated type, nil where
// it is none that can be generated from.
func (a *analysis) checkInterface(decl *typeDecl, d *directive.Directive) *types.Interface {
	name := decl.spec.Name.Name
	object, _ := a.object(decl.spec.Name).(*types.TypeName)
	if object == nil {
		a.complaints.Add(d.Pos, diag.UnresolvedType, "the type %s cannot be resolved%s", name, a.typeErrorOn(a.position(decl.spec.Pos())))
		return nil
	}
	iface, ok := object.Type().Underlying().(*types.Interface)
	switch {
	case object.IsAlias():
		a.complaints.Add(d.Pos, diag.NotAnInterface, "%s is an alias: annotate the interface it stands for, or declare a new type: type %s %s", name, name, types.TypeString(types.Unalias(object.Type()), types.RelativeTo(a.load.Types)))
		return nil
	case isInvalid(object.Type()):
		a.complaints.Add(d.Pos, diag.UnresolvedType, "the type of %s cannot be resolved%s", name, a.typeErrorOn(a.position(decl.spec.Pos())))
		return nil
	case !ok:
		a.complaints.Add(d.Pos, diag.NotAnInterface, "%s is not an interface", name)
		return nil
	case decl.spec.TypeParams != nil:
		a.complaints.Add(d.Pos, diag.GenericInterface, "%s has type parameters, so there is no one type on the wire: declare an interface for each instance, for example type User%s interface { %s[User] }", name, name, name)
		return nil
	case !iface.IsMethodSet():
		a.complaints.Add(d.Pos, diag.NotAnInterface, "%s is a type constraint, not an interface of methods", name)
		return nil
	}
	return iface
}

func isInvalid(t types.Type) bool { return t.Underlying() == types.Typ[types.Invalid] }

func isInterface(t types.Type) bool {
	_, ok := t.Underlying().(*types.Interface)
	return ok
}
