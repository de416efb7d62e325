package router

import (
	"math"
	"time"

	"github.com/wampkit/wampkit/wamp"
)

// arguments are the arguments of a router procedure, decoded. Positional ones
// are taken in order, and keyword ones by name; a null stands for an optional
// one that is absent, since that is how JavaScript clients leave it out.
//
// The first failure sticks: what is taken after it is zero, and end tells it.
type arguments struct {
	procedure wamp.URI
	args      []any
	kwargs    wamp.Dict
	taken     int // of args
	err       error
}

// end ends the arguments: it is an error if one was wrong, or if there are more
// positional ones. The error is a *wamp.Error, which says what is wanted.
func (a *arguments) end() error {
	if a.err == nil && a.taken < len(a.args) {
		a.fail("%s takes %d positional arguments, not %d", a.procedure, a.taken, len(a.args))
	}
	return a.err
}

func (a *arguments) fail(format string, args ...any) {
	if a.err == nil {
		a.err = wamp.NewError(wamp.ErrInvalidArgument, format, args...)
	}
}

// take takes the next positional argument, or null.
func (a *arguments) take() any {
	i := a.taken
	a.taken++
	if i < len(a.args) {
		return a.args[i]
	}
	return nil
}

// id takes the next argument, an id. One that is an integer but no id that can
// exist is 0. Integers come as floats from clients whose language has no others.
func (a *arguments) id(name string) wamp.ID {
	switch v := a.take().(type) {
	case int64:
		if id := wamp.ID(v); v > 0 && id.Valid() {
			return id
		}
		return 0
	case uint64: // larger than any id
		return 0
	case float64:
		if v == math.Trunc(v) {
			if v >= 1 && v <= float64(wamp.MaxID) {
				return wamp.ID(v)
			}
			return 0
		}
	}
	a.fail("%s wants argument %d, %s, to be an id", a.procedure, a.taken, name)
	return 0
}

// text takes the next argument, a string.
func (a *arguments) text(name string) string {
	v, ok := a.take().(string)
	if !ok {
		a.fail("%s wants argument %d, %s, to be a string", a.procedure, a.taken, name)
	}
	return v
}

// optionalTexts takes the next argument, a list of strings; nil if it is absent.
func (a *arguments) optionalTexts(name string) []string {
	v := a.take()
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	texts := make([]string, len(list))
	for i := 0; ok && i < len(list); i++ {
		texts[i], ok = list[i].(string)
	}
	if !ok {
		a.fail("%s wants argument %d, %s, to be a list of strings", a.procedure, a.taken, name)
	}
	return texts
}

// optionalList takes the next argument, a list; nil if it is absent.
func (a *arguments) optionalList(name string) []any {
	v := a.take()
	list, ok := v.([]any)
	if !ok && v != nil {
		a.fail("%s wants argument %d, %s, to be a list", a.procedure, a.taken, name)
	}
	return list
}

// optionalDict takes the next argument, a dictionary; nil if it is absent.
func (a *arguments) optionalDict(name string) wamp.Dict {
	v := a.take()
	dict, ok := v.(wamp.Dict)
	if !ok && v != nil {
		a.fail("%s wants argument %d, %s, to be a dictionary", a.procedure, a.taken, name)
	}
	return dict
}

// pattern takes the arguments of a procedure that looks something up: a URI, and
// options of which match counts. It ends the arguments.
func (a *arguments) pattern(name string) (wamp.URI, wamp.Match, error) {
	uri := wamp.URI(a.text(name))
	policy, isText := "", true
	if v := a.optionalDict("options")["match"]; v != nil {
		policy, isText = v.(string)
	}
	match, known := wamp.ParseMatch(policy)
	if !isText || !known {
		a.fail("%s wants options.match to be exact, prefix or wildcard", a.procedure)
	}
	return uri, match, a.end()
}

// reason is why something is revoked: the last argument, or a keyword argument.
// It is optional, any text, and ends the arguments.
func (a *arguments) reason() (wamp.URI, error) {
	reason, present := a.keywordText("reason")
	if v := a.take(); v != nil && !present {
		text, ok := v.(string)
		if !ok {
			a.fail("%s wants argument %d, reason, to be a string", a.procedure, a.taken)
		}
		reason = text
	}
	return wamp.URI(reason), a.end()
}

// keywordText is a keyword argument that is a string; empty and false if it is absent.
func (a *arguments) keywordText(name string) (text string, present bool) {
	v := a.kwargs[name]
	if v == nil {
		return "", false
	}
	text, ok := v.(string)
	if !ok {
		a.fail("%s wants the keyword argument %s to be a string", a.procedure, name)
	}
	return text, ok
}

// keywordDict is a keyword argument that is a dictionary; nil if it is absent.
func (a *arguments) keywordDict(name string) wamp.Dict {
	v := a.kwargs[name]
	dict, ok := v.(wamp.Dict)
	if !ok && v != nil {
		a.fail("%s wants the keyword argument %s to be a dictionary", a.procedure, name)
	}
	return dict
}

// keywordBool is an optional keyword argument that is a bool.
func (a *arguments) keywordBool(name string) bool {
	v := a.kwargs[name]
	on, ok := v.(bool)
	if !ok && v != nil {
		a.fail("%s wants the keyword argument %s to be a bool", a.procedure, name)
	}
	return on
}

// keywordPositive is an optional keyword argument that is a positive integer; 0
// if it is absent. A float that is one is taken for it, as in arguments.id.
func (a *arguments) keywordPositive(name string) uint64 {
	switch v := a.kwargs[name].(type) {
	case nil:
		return 0
	case int64:
		if v > 0 {
			return uint64(v)
		}
	case uint64:
		return v
	case float64:
		if v >= 1 && v <= float64(wamp.MaxID) && v == math.Trunc(v) {
			return uint64(v)
		}
	}
	a.fail("%s wants the keyword argument %s to be a positive integer", a.procedure, name)
	return 0
}

// keywordTime is a keyword argument that is a timestamp of RFC 3339; nil if it
// is absent.
func (a *arguments) keywordTime(name string) *time.Time {
	text, present := a.keywordText(name)
	if !present {
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		a.fail("%s wants the keyword argument %s to be a timestamp such as 2006-01-02T15:04:05.000Z", a.procedure, name)
	}
	return &t
}
