package directive

import (
	"fmt"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Verb is the word behind "//wamp:".
type Verb string

// The verbs.
const (
	Service   Verb = "service"
	Topics    Verb = "topics"
	Procedure Verb = "procedure"
	Topic     Verb = "topic"
	Skip      Verb = "skip"
	Error     Verb = "error"
	Argument  Verb = "arg"
	Schema    Verb = "schema"
	OneOf     Verb = "oneof"
	Enum      Verb = "enum"
)

// Place is a set of declarations a directive may stand on.
type Place uint8

// The declarations that carry directives.
const (
	OnInterface Place = 1 << iota
	OnMethod
	OnType
	OnVar
)

// String names the places for messages.
func (p Place) String() string {
	var names []string
	for _, place := range []struct {
		bit  Place
		name string
	}{
		{OnInterface, "an interface type"},
		{OnMethod, "a method of an interface"},
		{OnType, "a type"},
		{OnVar, "a variable"},
	} {
		if p&place.bit != 0 {
			names = append(names, place.name)
		}
	}
	return strings.Join(names, " or ")
}

// rule is what one verb accepts.
type rule struct {
	places Place
	// positional names the bare word that may come first, for messages; empty: none.
	positional string
	required   bool // the positional must be there
	goName     bool // the positional is a name in Go, and never a misspelled flag
	repeats    bool // several on one declaration
	keys       []key
}

// key is one flag or key=value of a verb.
type key struct {
	name  string
	check func(value string) error // nil: a flag, which takes true or false
}

var grammar = map[Verb]rule{
	Service: {
		places: OnInterface, positional: "URI prefix", required: true,
		keys: []key{
			{"version", version}, {"naming", naming}, {"invoke", invoke}, {"timeout", timeout},
			{"args", oneOf("auto", "list", "kwargs")}, {"name", identifier},
		},
	},
	Topics: {
		places: OnInterface, positional: "URI prefix", required: true,
		keys: []key{{"version", version}, {"naming", naming}, {"name", identifier}, {"ack", nil}, {"retain", nil}},
	},
	Procedure: {
		places: OnMethod, positional: "URI suffix",
		keys: []key{
			{"match", match}, {"invoke", invoke}, {"timeout", timeout}, {"idempotent", nil},
			{"errors", names}, {"args", oneOf("auto", "list", "kwargs")}, {"result", oneOf("list", "kwargs")},
			{"disclose", nil}, {"concurrency", positive}, {"deprecated", text},
		},
	},
	Topic: {
		places: OnMethod, positional: "URI suffix",
		keys: []key{{"match", match}, {"ack", nil}, {"retain", nil}, {"exclude_me", nil}, {"disclose", nil}, {"deprecated", text}},
	},
	Skip:  {places: OnMethod},
	Error: {places: OnType | OnVar, positional: "URI", required: true},
	Argument: {
		places: OnMethod, positional: "parameter", required: true, goName: true, repeats: true,
		keys: []key{{"kw", nil}, {"name", word}, {"default", anything}},
	},
	Schema: {
		places: OnInterface | OnType,
		keys: []key{
			{"title", text}, {"description", text}, {"type", oneOf("boolean", "integer", "number", "string", "array", "object")},
			{"format", text}, {"pattern", pattern}, {"minLength", count}, {"maxLength", count},
			{"minimum", number}, {"maximum", number}, {"exclusiveMinimum", number}, {"exclusiveMaximum", number}, {"multipleOf", number},
			{"minItems", count}, {"maxItems", count}, {"example", anything},
		},
	},
	OneOf: {
		places: OnInterface, positional: "list of types", required: true, goName: true,
		keys: []key{{"tag", word}, {"names", words}},
	},
	Enum: {places: OnType, keys: []key{{"open", nil}}},
}

// Repeats reports whether several directives of the verb may stand on one declaration.
func (v Verb) Repeats() bool { return grammar[v].repeats }

// Verbs lists every verb, sorted.
func Verbs() []string {
	var verbs []string
	for verb := range grammar {
		verbs = append(verbs, string(verb))
	}
	slices.Sort(verbs)
	return verbs
}

// Places returns where verb may stand; zero for an unknown verb.
func (v Verb) Places() Place { return grammar[v].places }

// Keys lists the flags and keys that v accepts, in the order of the reference.
func (v Verb) Keys() []string {
	var names []string
	for _, k := range grammar[v].keys {
		names = append(names, k.name)
	}
	return names
}

func (r rule) find(name string) (key, bool) {
	for _, k := range r.keys {
		if k.name == name {
			return k, true
		}
	}
	return key{}, false
}

// flags lists the keys that stand alone.
func (r rule) flags() []string {
	var names []string
	for _, k := range r.keys {
		if k.check == nil {
			names = append(names, k.name)
		}
	}
	return names
}

// What the values must look like. Each check returns what is wrong, worded to
// stand behind `key="value": `.

var (
	naming = oneOf("snake", "kebab", "lower")
	invoke = oneOf("single", "roundrobin", "random", "first", "last")
	match  = oneOf("exact", "prefix", "wildcard")
)

// badChoice is a value that is not one of a closed set.
type badChoice struct{ choices []string }

func (e *badChoice) Error() string { return "must be " + enumerate(e.choices) }

func oneOf(choices ...string) func(string) error {
	return func(value string) error {
		if slices.Contains(choices, value) {
			return nil
		}
		return &badChoice{choices}
	}
}

// enumerate joins words as prose does: a, b or c.
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

var versionForm = regexp.MustCompile(`^v[0-9]+$`)

func version(value string) error {
	if !versionForm.MatchString(value) {
		return fmt.Errorf("must be v and a number, such as v1")
	}
	return nil
}

func timeout(value string) error {
	d, err := time.ParseDuration(value)
	if err != nil {
		return fmt.Errorf("must be a duration, such as 5s or 1m30s")
	}
	if d < time.Millisecond || d%time.Millisecond != 0 {
		return fmt.Errorf("must be one or more whole milliseconds")
	}
	return nil
}

func positive(value string) error {
	if n, err := strconv.Atoi(value); err != nil || n < 1 {
		return fmt.Errorf("must be a whole number from 1")
	}
	return nil
}

func identifier(value string) error {
	if !token.IsIdentifier(value) || value == "_" {
		return fmt.Errorf("must be a Go identifier")
	}
	return nil
}

// names checks a list of Go names joined by commas; a name may be qualified by a package.
func names(value string) error {
	for name := range strings.SplitSeq(value, ",") {
		for part := range strings.SplitSeq(name, ".") {
			if !token.IsIdentifier(part) {
				return fmt.Errorf("must be names joined by commas without blanks, such as NotFound,ErrBusy")
			}
		}
	}
	return nil
}

// anything accepts every value: what it may be depends on the type it is for.
func anything(string) error { return nil }

// word checks a name on the wire.
func word(value string) error {
	if value == "" || strings.ContainsFunc(value, unicode.IsSpace) {
		return fmt.Errorf("must be a name without blanks")
	}
	return nil
}

func words(value string) error {
	for name := range strings.SplitSeq(value, ",") {
		if err := word(name); err != nil {
			return fmt.Errorf("must be names joined by commas without blanks, such as circle,square")
		}
	}
	return nil
}

func number(value string) error {
	if _, err := strconv.ParseFloat(value, 64); err != nil {
		return fmt.Errorf("must be a number")
	}
	return nil
}

func count(value string) error {
	if _, err := strconv.ParseUint(value, 10, 32); err != nil {
		return fmt.Errorf("must be a whole number from 0")
	}
	return nil
}

func pattern(value string) error {
	if _, err := regexp.Compile(value); err != nil {
		return fmt.Errorf("must be a regular expression")
	}
	return nil
}

func text(value string) error {
	if strings.TrimSpace(value) == "" {
		return fmt.Errorf("must be a text")
	}
	return nil
}
