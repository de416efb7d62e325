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
		a.checkURI(prefix, pos, "the URI prefix")
	}
	version, _ = d.Text("version")
	return prefix, version
}

func naming(d *directive.Directive) names.Style {
	style, _ := d.Text("naming")
	return names.Style(style)
}

// uri is the URI of a method: prefix, version and name, or the suffix or
// absolute URI of its directive.
func (a *analysis) uri(prefix, version string, style names.Style, m *method, d *directive.Directive) string {
	suffix, pos, given := d.Positional()
	if absolute, ok := strings.CutPrefix(suffix, "/"); ok {
		a.checkURI(absolute, pos, "the absolute URI")
		return absolute
	}
	if given {
		a.checkURI(suffix, pos, "the URI suffix")
	} else {
		suffix = names.Component(m.Name, style)
	}
	if version != "" {
		return prefix + "." + version + "." + suffix
	}
	return prefix + "." + suffix
}

// match reads match=; exact is empty.
func (a *analysis) match(d *directive.Directive) string {
	match, _ := d.Text("match")
	switch match {
	case "exact":
		return ""
	case "wildcard":
		a.complaints.Add(d.PosOf("match"), diag.NotSupported, "match=wildcard needs {captures} in the URI, which are not supported yet")
	}
	return match
}

// checkURI reports a URI, or a part of one, that is malformed or reserved.
func (a *analysis) checkURI(uri string, pos token.Position, what string) {
	switch {
	case strings.ContainsAny(uri, "{}"):
		a.complaints.Add(pos, diag.NotSupported, "%s %q has {captures}, which are not supported yet", what, uri)
	case wrongURI(uri) != "":
		a.complaints.Add(pos, diag.BadURI, "%s %q %s", what, uri, wrongURI(uri))
	case (uri == "wamp" || strings.HasPrefix(uri, "wamp.")) && what != "the URI suffix":
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
	for component := range strings.SplitSeq(uri, ".") {
		switch {
		case component == "":
			return "has an empty component"
		case strings.ContainsRune(component, '#'):
			return "contains '#'"
		case strings.ContainsFunc(component, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
			return "contains white space"
		}
	}
	return ""
}
