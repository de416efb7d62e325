package analyze

import (
	"go/token"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/directive"
	"github.com/wampkit/wampkit/wampgen/names"
)

// prefix reads the URI prefix and the version of an interface.
func (a *analysis) prefix(d *directive.Directive) (prefix, version string) {
	prefix, pos, _ := d.Positional()
	if prefix != "" {
		a.checkURI(prefix, pos, "the URI prefix", d, 0)
	}
	version, _ = d.Text("version")
	return prefix, version
}

func naming(d *directive.Directive) names.Style {
	style, _ := d.Text("naming")
	return names.Style(style)
}

// template is the URI of a method: prefix, version and name, or the suffix or
// absolute URI of its directive.
func (a *analysis) template(parent *directive.Directive, prefix, version string, m *method, d *directive.Directive) *template {
	t := &template{pos: d.PositionalAt(0)}
	suffix, pos, given := d.Positional()
	if absolute, ok := strings.CutPrefix(suffix, "/"); ok {
		a.checkURI(absolute, pos, "the absolute URI", d, 1)
		t.text, t.captures = absolute, readCaptures(absolute, d, 1)
		a.checkTemplate(m, t)
		return t
	}
	t.captures = readCaptures(prefix, parent, 0)
	if given {
		a.checkURI(suffix, pos, "the URI suffix", d, 0)
		t.captures = append(t.captures, readCaptures(suffix, d, 0)...)
	} else {
		suffix = names.Component(m.Name, naming(parent))
	}
	if version != "" {
		prefix += "." + version
	}
	t.text = prefix + "." + suffix
	a.checkTemplate(m, t)
	return t
}

// checkURI reports a URI, or a part of one, that is malformed or reserved. It is the
// positional argument of d from offset on.
func (a *analysis) checkURI(uri string, pos token.Position, what string, d *directive.Directive, offset int) {
	if wrong := wrongURI(uri); wrong != "" {
		a.complaints.Add(pos, diag.BadURI, "%s %q %s", what, uri, wrong)
		return
	}
	all := components(uri)
	for i, c := range all {
		at := d.PositionalAt(offset + c.offset)
		name, rest := c.capture()
		switch {
		case !strings.ContainsAny(c.text, "{}"):
		case !c.isCapture() || strings.Count(c.text, "{")+strings.Count(c.text, "}") != 2:
			a.complaints.Add(at, diag.BadCapture, "%s %q: a capture is a whole component between dots, not a part of %q", what, uri, c.text)
		case !token.IsIdentifier(name):
			a.complaints.Add(at, diag.BadCapture, "%s %q: %q is not the name of a parameter", what, uri, name)
		case what == "the URI":
			a.complaints.Add(at, diag.BadCapture, "%s %q: the URI of an error captures nothing", what, uri)
		case rest && (i != len(all)-1 || what == "the URI prefix"):
			a.complaints.Add(at, diag.BadCapture, "%s %q: {%s...} takes the rest, so it must be the last component", what, uri, name)
		}
	}
	if (uri == "wamp" || strings.HasPrefix(uri, "wamp.")) && what != "the URI suffix" {
		a.complaints.Add(pos, diag.ReservedURI, "%s %q begins with \"wamp\", which belongs to the protocol itself", what, uri)
	}
}

// wrongURI says what is wrong with a URI under the loose rule of the
// specification (section "URIs"), or nothing. A client calls and publishes to it as it
// stands, so that no component may be empty, whatever the matching policy.
func wrongURI(uri string) string {
	if !utf8.ValidString(uri) {
		return "is not UTF-8"
	}
	for _, component := range components(uri) {
		switch {
		case component.text == "":
			return "has an empty component"
		case strings.ContainsRune(component.text, '#'):
			return "contains '#'"
		case strings.ContainsFunc(component.text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
			return "contains white space"
		}
	}
	return ""
}
