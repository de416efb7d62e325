package directive

import (
	"go/ast"
	"go/token"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/wampkit/wampkit/wampgen/diag"
)

// Directive is one annotation that follows the grammar.
type Directive struct {
	Verb Verb
	Pos  token.Position // of the "//"

	positional *value
	values     map[string]value
}

// value is an argument's text with its place.
type value struct {
	text   string
	pos    token.Position
	quoted bool
}

// Parse reads one comment line that starts at pos. It returns nil for a
// comment that is no directive of ours, and also for one whose verb is unknown;
// arguments that are wrong are left out. Everything wrong
// is added to complaints.
func Parse(fset *token.FileSet, pos token.Pos, comment string, complaints *diag.List) *Directive {
	parsed, ok := ast.ParseDirective(pos, comment)
	if !ok || parsed.Tool != "wamp" {
		reportNearMiss(fset.Position(pos), comment, complaints)
		return nil
	}
	d := &Directive{Verb: Verb(parsed.Name), Pos: fset.Position(pos), values: map[string]value{}}
	rule, known := grammar[d.Verb]
	if !known {
		complaints.Add(d.Pos, diag.UnknownDirective, "unknown directive //wamp:%s%s", parsed.Name, didYouMean(parsed.Name, Verbs(), "//wamp:"))
		return nil
	}
	p := parser{fset: fset, rule: rule, directive: d, complaints: complaints}
	p.args(parsed)
	return d
}

// reportNearMiss complains about comments that look like a directive to the eye but not to Go.
func reportNearMiss(pos token.Position, comment string, complaints *diag.List) {
	body, isLine := strings.CutPrefix(comment, "//")
	if !isLine {
		return
	}
	name, ok := strings.CutPrefix(strings.TrimLeftFunc(body, unicode.IsSpace), "wamp:")
	if !ok {
		return
	}
	word, _, _ := strings.Cut(name, " ")
	if body != "" && body[0] == 'w' {
		complaints.Add(pos, diag.UnknownDirective, "unknown directive //wamp:%s%s", word, didYouMean(strings.ToLower(word), Verbs(), "//wamp:"))
		return
	}
	if _, known := grammar[Verb(word)]; known {
		complaints.Add(pos, diag.BlankInDirective, "// wamp:%s is a comment, not a directive: write //wamp:%s without a blank behind the slashes", word, word)
	}
}

type parser struct {
	fset       *token.FileSet
	rule       rule
	directive  *Directive
	complaints *diag.List
}

func (p *parser) args(parsed ast.Directive) {
	args, scanErr := scan(parsed.Args, parsed.ArgsPos)
	for i, arg := range args {
		if arg.Key != "" {
			p.keyed(arg)
		} else {
			p.bare(arg, i == 0)
		}
	}
	if scanErr != nil {
		p.complaints.Add(p.fset.Position(scanErr.pos), diag.MalformedDirective, "//wamp:%s: %s", p.directive.Verb, scanErr.message)
		return
	}
	if p.rule.required && p.directive.positional == nil && len(args) == 0 {
		p.complaints.Add(p.directive.Pos, diag.MalformedDirective, "//wamp:%s needs a %s", p.directive.Verb, p.rule.positional)
	} else if p.rule.required && p.directive.positional == nil && args[0].Key != "" {
		p.complaints.Add(p.directive.Pos, diag.MalformedDirective, "//wamp:%s needs a %s, before every other argument", p.directive.Verb, p.rule.positional)
	}
}

// bare takes a word without '=': a flag, or the positional argument where it comes first.
func (p *parser) bare(arg Arg, first bool) {
	verb, pos := p.directive.Verb, p.fset.Position(arg.Pos)
	if !arg.Quoted && !(first && p.rule.goName) {
		if k, ok := p.rule.find(arg.Value); ok {
			if k.check != nil && !(first && p.rule.required) {
				p.complaints.Add(pos, diag.BadValue, "//wamp:%s: %s needs a value: %s=…", verb, k.name, k.name)
				return
			}
			if k.check == nil {
				p.set(k.name, "true", arg)
				return
			}
		}
	}
	if !first || p.rule.positional == "" {
		p.complaints.Add(pos, diag.UnknownArgument, "//wamp:%s: unknown argument %q%s", verb, arg.Value, p.hint(arg.Value, !first))
		return
	}
	// A misspelled flag must not become a URI.
	if near, ok := diag.Nearest(arg.Value, p.rule.flags()); ok && !arg.Quoted && !p.rule.goName {
		p.complaints.Add(pos, diag.UnknownArgument, "//wamp:%s: %q looks like the flag %s: if it is the %s, put it in quotes", verb, arg.Value, near, p.rule.positional)
		return
	}
	p.directive.positional = &value{arg.Value, p.fset.Position(arg.ValuePos), arg.Quoted}
}

// hint tells what an unknown word may have been meant to be.
func (p *parser) hint(word string, moved bool) string {
	if near := didYouMean(word, p.directive.Verb.Keys(), ""); near != "" {
		return near
	}
	if moved && p.rule.positional != "" && p.directive.positional == nil {
		return ": the " + p.rule.positional + " must be the first argument"
	}
	return ""
}

func (p *parser) keyed(arg Arg) {
	verb, pos := p.directive.Verb, p.fset.Position(arg.Pos)
	k, ok := p.rule.find(arg.Key)
	if !ok {
		p.complaints.Add(pos, diag.UnknownArgument, "//wamp:%s: unknown argument %q%s", verb, arg.Key, unknownKey(arg.Key, verb))
		return
	}
	check := k.check
	if check == nil {
		check = oneOf("true", "false")
	}
	if err := check(arg.Value); err != nil {
		hint := ""
		if choice, ok := err.(*badChoice); ok {
			hint = didYouMean(arg.Value, choice.choices, "")
		}
		p.complaints.Add(p.fset.Position(arg.ValuePos), diag.BadValue, "//wamp:%s: %s=%q: the value %v%s", verb, arg.Key, arg.Value, err, hint)
		return
	}
	p.set(k.name, arg.Value, arg)
}

// unknownKey names a near key of the same directive, else the directive that has this one.
func unknownKey(word string, verb Verb) string {
	if near := didYouMean(word, verb.Keys(), ""); near != "" {
		return near
	}
	for _, other := range Verbs() {
		if _, ok := grammar[Verb(other)].find(word); ok {
			return ": it belongs to //wamp:" + other
		}
	}
	return ""
}

func (p *parser) set(name, text string, arg Arg) {
	if _, again := p.directive.values[name]; again {
		p.complaints.Add(p.fset.Position(arg.Pos), diag.RepeatedArgument, "//wamp:%s: %s is given twice", p.directive.Verb, name)
		return
	}
	p.directive.values[name] = value{text, p.fset.Position(arg.ValuePos), arg.Quoted}
}

func didYouMean(word string, candidates []string, prefix string) string {
	near, ok := diag.Nearest(word, candidates)
	if !ok {
		return ""
	}
	return ": did you mean " + strconv.Quote(prefix+near) + "?"
}

// Positional returns the bare first argument, and false where there is none.
// Like every getter it may be called on nil, the directive that is not there.
func (d *Directive) Positional() (text string, pos token.Position, ok bool) {
	if d == nil || d.positional == nil {
		return "", token.Position{}, false
	}
	return d.positional.text, d.positional.pos, true
}

// PositionalAt returns where the octet at offset of the positional argument stands, or the
// directive where there is no such argument.
func (d *Directive) PositionalAt(offset int) token.Position {
	if d == nil {
		return token.Position{}
	}
	if d.positional == nil {
		return d.Pos
	}
	pos := d.positional.pos
	if d.positional.quoted {
		offset++
	}
	pos.Offset, pos.Column = pos.Offset+offset, pos.Column+offset
	return pos
}

// Text returns the value of a key, and false where the key is not given.
func (d *Directive) Text(name string) (string, bool) {
	if d == nil {
		return "", false
	}
	v, ok := d.values[name]
	return v.text, ok
}

// PosOf returns where the value of a key stands, or the directive where the key is not given.
func (d *Directive) PosOf(name string) token.Position {
	if d == nil {
		return token.Position{}
	}
	if v, ok := d.values[name]; ok {
		return v.pos
	}
	return d.Pos
}

// Values returns the keys that are given with their values, in the order of the grammar.
func (d *Directive) Values() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if d == nil {
			return
		}
		for _, k := range grammar[d.Verb].keys {
			if v, ok := d.values[k.name]; ok && !yield(k.name, v.text) {
				return
			}
		}
	}
}

// Flag returns a flag's value, or otherwise where it is not given.
func (d *Directive) Flag(name string, otherwise bool) bool {
	if text, ok := d.Text(name); ok {
		return text == "true"
	}
	return otherwise
}

// Duration returns the value of timeout=, zero where it is not given.
func (d *Directive) Duration(name string) time.Duration {
	text, _ := d.Text(name)
	duration, _ := time.ParseDuration(text) // checked by Parse
	return duration
}

// Int returns the value of a numeric key, zero where it is not given.
func (d *Directive) Int(name string) int {
	text, _ := d.Text(name)
	n, _ := strconv.Atoi(text) // checked by Parse
	return n
}

// List returns the elements of a key whose value is a list, nil where it is not given.
func (d *Directive) List(name string) []string {
	text, ok := d.Text(name)
	if !ok {
		return nil
	}
	return strings.Split(text, ",")
}
