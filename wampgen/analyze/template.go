package analyze

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/directive"
	"github.com/wampkit/wampkit/wampgen/model"
)

// template is the URI of a method with what it captures.
type template struct {
	text     string // such as com.acme.{id}.reset
	captures []capture
	pos      token.Position // of the directive that gives it, to complain at
}

// capture is one component in braces.
type capture struct {
	name string
	rest bool
	pos  token.Position
}

// component is a part of a URI between dots.
type component struct {
	text   string
	offset int // in the URI
}

func components(uri string) []component {
	var all []component
	for offset := 0; offset <= len(uri); {
		end := len(uri)
		if dot := strings.IndexByte(uri[offset:], '.'); dot >= 0 {
			end = offset + dot
		}
		// The dots of {rest...} separate nothing.
		if text := uri[offset:]; strings.HasPrefix(text, "{") && strings.HasPrefix(uri[end:], "...}") {
			end += len("...}")
		}
		all = append(all, component{uri[offset:end], offset})
		offset = end + 1
		if end < len(uri) && uri[end] != '.' {
			offset = end // what follows the brace is reported as part of no component
		}
	}
	return all
}

// isCapture reports {name} and {name...}.
func (c component) isCapture() bool {
	return strings.HasPrefix(c.text, "{") && strings.HasSuffix(c.text, "}")
}

// capture takes the braces off.
func (c component) capture() (name string, rest bool) {
	name, rest = strings.CutSuffix(strings.Trim(c.text, "{}"), "...")
	return name, rest
}

// readCaptures lists the captures in a part of a URI that stands in a directive; whether
// they are well-formed is for checkURI to say.
func readCaptures(uri string, d *directive.Directive, offset int) []capture {
	var found []capture
	for _, c := range components(uri) {
		if !c.isCapture() {
			continue
		}
		if name, rest := c.capture(); token.IsIdentifier(name) {
			found = append(found, capture{name, rest, d.PositionalAt(offset + c.offset)})
		}
	}
	return found
}

// pattern is the URI as it is registered or subscribed to, with its policy: a
// component that is captured is empty, and a rest leaves a prefix.
func (t *template) pattern() (uri, match string) {
	if len(t.captures) == 0 {
		return t.text, ""
	}
	all := components(t.text)
	if last := t.captures[len(t.captures)-1]; last.rest {
		return t.text[:all[len(all)-1].offset], "prefix"
	}
	var pattern []string
	for _, c := range all {
		if c.isCapture() {
			c.text = ""
		}
		pattern = append(pattern, c.text)
	}
	return strings.Join(pattern, "."), "wildcard"
}

// checkTemplate reports captures that no pattern can express.
func (a *analysis) checkTemplate(m *method, t *template) {
	seen := map[string]bool{}
	for i, c := range t.captures {
		switch {
		case seen[c.name]:
			a.complaints.Add(c.pos, diag.BadCapture, "method %s: {%s} is captured twice", m.Name, c.name)
		case c.rest && i > 0:
			a.complaints.Add(c.pos, diag.BadCapture, "method %s: {%s...} matches by prefix, which has no place for {%s}: capture either single components or the rest", m.Name, c.name, t.captures[0].name)
		case i == 0 && len(t.captures) == len(components(t.text)):
			a.complaints.Add(c.pos, diag.BadCapture, "method %s: every component of %q is captured, so that it would take what is meant for others: begin with a domain of yours", m.Name, t.text)
		}
		seen[c.name] = true
	}
}

// match decides the matching policy and reports a match= that the URI contradicts.
func (a *analysis) match(m *method, d *directive.Directive, t *template) (uri, match string) {
	uri, match = t.pattern()
	asked, given := d.Text("match")
	switch pos := d.PosOf("match"); {
	case !given:
	case match == "" && asked == "wildcard":
		a.complaints.Add(pos, diag.BadCapture, "method %s: match=wildcard needs a component that is captured, such as {id}, and a parameter of that name", m.Name)
	case match == "" && asked == "prefix":
		return uri, "prefix"
	case match != "" && asked != match:
		a.complaints.Add(pos, diag.BadCapture, "method %s: match=%s contradicts {%s}, which needs match=%s: leave it out", m.Name, asked, t.captures[0].name, match)
	}
	return uri, match
}

// captured connects the captures of a URI with the parameters; those that are missing are reported.
func (a *analysis) captured(m *method, t *template, params []*model.Value) ([]*model.Capture, bool) {
	var captures []*model.Capture
	fine := true
	for _, c := range t.captures {
		i := slices.IndexFunc(params, func(v *model.Value) bool { return v.Name == c.name })
		if i < 0 {
			a.complaints.Add(c.pos, diag.BadCapture, "method %s: {%s} is no parameter%s", m.Name, c.name, nearParameter(c.name, params))
			fine = false
			continue
		}
		captures = append(captures, &model.Capture{Name: c.name, Rest: c.rest, Value: params[i]})
		fine = a.checkCaptured(m, c, params[i]) && fine
	}
	return captures, fine
}

// checkCaptured reports a parameter that cannot be a component of a URI.
func (a *analysis) checkCaptured(m *method, c capture, v *model.Value) bool {
	if v.Kind == model.Any || v.Variadic {
		if !v.Variadic && !c.rest && schema.KindOf(v.Type) == schema.Text && unmarshalsText(v.Type) {
			return true
		}
		a.complaints.Add(v.Pos, diag.BadCapture, "method %s: parameter %s (%s) cannot be a component of a URI: use a string, a boolean, an integer or an encoding.TextMarshaler", m.Name, v.Name, a.typeString(v.Type))
		return false
	}
	switch {
	case c.rest && v.Kind != model.String:
		a.complaints.Add(v.Pos, diag.BadCapture, "method %s: parameter %s (%s) cannot be the rest of a URI: use a string", m.Name, v.Name, a.typeString(v.Type))
	case v.Kind == model.Float || v.Kind == model.Bytes:
		a.complaints.Add(v.Pos, diag.BadCapture, "method %s: parameter %s (%s) cannot be a component of a URI: use a string, a boolean, an integer or an encoding.TextMarshaler", m.Name, v.Name, a.typeString(v.Type))
	default:
		return true
	}
	return false
}

// nearParameter names the parameter that was probably meant, or all there are.
func nearParameter(name string, params []*model.Value) string {
	var known []string
	for _, p := range params {
		if p.Name != "" {
			known = append(known, p.Name)
		}
	}
	if near, ok := diag.Nearest(name, known); ok {
		return ": did you mean \"" + near + "\"?"
	}
	if len(known) == 0 {
		return ": the method has none with a name"
	}
	return ": there is " + strings.Join(known, ", ")
}

// unmarshalsText reports types that a text can be read into.
func unmarshalsText(t types.Type) bool {
	method, _, _ := types.LookupFieldOrMethod(t, true, nil, "UnmarshalText")
	_, ok := method.(*types.Func)
	return ok
}
