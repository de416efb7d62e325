package emit

import (
	"go/token"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/model"
	"github.com/wampkit/wampkit/wampgen/names"
)

// declarations is what everything at the top level of the file is called.
type declarations struct {
	services []*serviceNames
	topics   []*topicsNames
	errVars  map[*model.Error]string
	owner    map[string]string // what has a name already, for messages
	unions   string            // the variable that knows the interfaces with //wamp:oneof
}

// serviceNames are the declarations made for one service.
type serviceNames struct {
	*model.Service
	client, newClient, register, unimplemented string
	catalog, catalogHash                       string
	errors                                     string
	procedures                                 []*procedureNames
}

type procedureNames struct {
	*model.Procedure
	uri      string
	variable string
	errors   string // of its own list; empty where it has the service's
}

// topicsNames are the declarations made for one topics interface.
type topicsNames struct {
	*model.TopicSet
	publisher, newPublisher, subscribe string
	catalog, catalogHash               string
	topics                             []*topicNames
}

type topicNames struct {
	*model.Topic
	uri       string
	variable  string
	handler   string
	subscribe string
}

// plan names every declaration. Exported names are fixed by the interface: one
// that is taken is reported. The others give way.
func (f *file) plan() {
	p := planner{
		file:  f,
		scope: names.NewScope(names.Predeclared()...),
		owner: map[string]string{},
	}
	for _, name := range f.model.Types.Scope().Names() {
		p.owner[name] = "declared at " + p.where(name)
	}
	p.scope.Reserve(f.model.Types.Scope().Names()...)
	for name, pos := range f.model.TestNames {
		if p.owner[name] == "" {
			p.owner[name] = "declared at " + place(pos)
		}
		p.scope.Reserve(name)
	}
	for _, spec := range f.model.Imports {
		// No name may be declared both in a file and in its package.
		p.owner[spec.Name] = "an import"
	}
	f.shadowed()
	for _, s := range f.model.Services {
		f.services = append(f.services, p.service(s))
	}
	for _, t := range f.model.Topics {
		f.topics = append(f.topics, p.topicSet(t))
	}
	for _, s := range f.services {
		p.serviceInternals(s)
	}
	for _, t := range f.topics {
		p.topicInternals(t)
	}
	f.errVars = map[*model.Error]string{}
	for _, e := range f.model.Errors {
		f.errVars[e] = p.internal("wampError" + names.Exported(e.Name))
	}
	f.unions = p.internal("wampUnions")
	f.imports, f.owner = newImports(p.scope, f.model.Imports, f.firstFile()), p.owner
}

// firstFile is where the first annotated interface stands.
func (f *file) firstFile() string {
	if len(f.model.Services) > 0 {
		return f.model.Services[0].File
	}
	return f.model.Topics[0].File
}

// needed are the predeclared names that emitted code uses whatever the model.
var needed = []string{"any", "bool", "byte", "error", "float64", "int64", "new", "nil", "panic", "string", "true", "uint", "uint64"}

// shadowed reports declarations of the user that hide what emitted code needs.
func (f *file) shadowed() {
	for _, name := range needed {
		if object := f.model.Types.Scope().Lookup(name); object != nil {
			f.complaints.Add(f.model.Fset.Position(object.Pos()), diag.Shadowed, "this declaration hides the predeclared %s, which generated code needs: give it another name", name)
		}
	}
}

type planner struct {
	*file
	scope *names.Scope
	owner map[string]string // what has a name already, for messages
}

func (p *planner) where(name string) string {
	return place(p.model.Fset.Position(p.model.Types.Scope().Lookup(name).Pos()))
}

func place(pos token.Position) string {
	return filepath.Base(pos.Filename) + ":" + strconv.Itoa(pos.Line)
}

// base is an interface as the owner of names.
type base struct {
	name  string // what names are made from
	kind  string // service or topics
	shown string // the interface's own name, for messages
	pos   token.Position
	taken []string // names it cannot have, each with whose they are
}

// join puts a word before or behind the base: exported as the base is.
func (b *base) join(before, behind string) string {
	if before == "" {
		return b.name + behind
	}
	name := before + names.Exported(b.name) + behind
	if !token.IsExported(b.name) {
		return names.Unexported(name)
	}
	return name
}

// public takes a name that the user can see; it cannot give way.
func (p *planner) public(b *base, name string) string {
	if owner, taken := p.owner[name]; taken {
		b.taken = append(b.taken, name+" ("+owner+")")
		return name
	}
	p.owner[name] = "generated for " + b.shown
	p.scope.Reserve(name)
	return name
}

// report complains about the names that an interface could not have.
func (p *planner) report(b *base) {
	switch len(b.taken) {
	case 0:
	case 1:
		p.complaints.Add(b.pos, diag.NameConflict, "%s %s needs a name that is taken: %s: choose another base with //wamp:%s … name=%sAPI",
			b.kind, b.shown, b.taken[0], b.kind, b.name)
	default:
		p.complaints.Add(b.pos, diag.NameConflict, "%s %s needs names that are taken: %s: choose another base with //wamp:%s … name=%sAPI",
			b.kind, b.shown, strings.Join(b.taken, ", "), b.kind, b.name)
	}
}

// internal takes a name that nobody else sees; it gives way.
func (p *planner) internal(name string) string {
	free := name
	for n := 2; p.owner[free] != "" || !p.scope.Free(free); n++ {
		free = name + strconv.Itoa(n)
	}
	p.owner[free] = "generated"
	p.scope.Reserve(free)
	return free
}

func (p *planner) service(s *model.Service) *serviceNames {
	b := &base{name: s.Name, kind: "service", shown: s.Interface, pos: s.Pos}
	n := &serviceNames{
		Service:       s,
		client:        p.public(b, b.join("", "Client")),
		newClient:     p.public(b, b.join("New", "Client")),
		register:      p.public(b, b.join("Register", "")),
		unimplemented: p.public(b, b.join("Unimplemented", "")),
	}
	n.catalog, n.catalogHash = p.catalogNames(b)
	for _, procedure := range s.Procedures {
		n.procedures = append(n.procedures, &procedureNames{Procedure: procedure, uri: p.public(b, b.join("", procedure.Name+"URI"))})
		p.noWith(b, procedure.Method, n.client)
	}
	for _, method := range s.Skipped {
		p.noWith(b, *method, n.client)
	}
	p.report(b)
	return n
}

func (p *planner) serviceInternals(n *serviceNames) {
	private := names.Unexported(n.Name)
	if len(n.Errors) > 0 {
		n.errors = p.internal(private + "Errors")
	}
	for _, procedure := range n.procedures {
		procedure.variable = p.internal(private + procedure.Name)
		if procedure.OwnErrors && len(procedure.Errors) > 0 {
			procedure.errors = p.internal(private + procedure.Name + "Errors")
		}
	}
}

func (p *planner) topicSet(t *model.TopicSet) *topicsNames {
	b := &base{name: t.Name, kind: "topics", shown: t.Interface, pos: t.Pos}
	n := &topicsNames{
		TopicSet:     t,
		publisher:    p.public(b, b.join("", "Publisher")),
		newPublisher: p.public(b, b.join("New", "Publisher")),
		subscribe:    p.public(b, b.join("Subscribe", "")),
	}
	n.catalog, n.catalogHash = p.catalogNames(b)
	for _, topic := range t.Topics {
		n.topics = append(n.topics, &topicNames{
			Topic:     topic,
			uri:       p.public(b, b.join("", topic.Name+"Topic")),
			subscribe: p.public(b, b.join("Subscribe", topic.Name)),
		})
		p.noWith(b, topic.Method, n.publisher)
	}
	for _, method := range t.Skipped {
		p.noWith(b, *method, n.publisher)
	}
	p.report(b)
	return n
}

func (p *planner) topicInternals(n *topicsNames) {
	private := names.Unexported(n.Name)
	for _, topic := range n.topics {
		topic.variable = p.internal(private + topic.Name)
		topic.handler = p.internal(private + topic.Name + "Handler")
	}
}

func (p *planner) catalogNames(b *base) (document, hash string) {
	if _, ok := p.catalogs[b.shown]; !ok {
		return "", ""
	}
	return p.public(b, b.join("", "Catalog")), p.public(b, b.join("", "CatalogHash"))
}

// noWith reports a method that the emitted type has for itself.
func (p *planner) noWith(b *base, m model.Method, emitted string) {
	if m.Name == "With" {
		p.complaints.Add(m.Pos, diag.NameConflict, "%s %s: the method With collides with that of the generated %s, which binds options: give it another name", b.kind, b.shown, emitted)
	}
}
