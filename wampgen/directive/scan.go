package directive

import (
	"fmt"
	"go/token"
	"strconv"
	"strings"
	"unicode"
)

// Arg is one argument of a directive: word, "quoted word", key=value or key="quoted value".
type Arg struct {
	// Key is what stands before the '='; empty for a bare word.
	Key string
	// Value is what stands behind the '=', or the bare word; unquoted.
	Value string
	// Quoted tells that Value was quoted in the source. A bare quoted word is
	// never taken for a flag.
	Quoted bool
	// Pos is the argument's first character, ValuePos the value's.
	Pos, ValuePos token.Pos
}

// scanError is a place in the arguments that cannot be read.
type scanError struct {
	pos     token.Pos
	message string
}

// scan splits the text behind a directive's verb. Unlike
// [go/ast.Directive.ParseArgs] it allows quotes in the value of key="a b".
func scan(text string, pos token.Pos) ([]Arg, *scanError) {
	s := scanner{text: text, pos: pos}
	var args []Arg
	for s.skipSpace(); s.text != ""; s.skipSpace() {
		arg, err := s.arg()
		if err != nil {
			return args, err
		}
		args = append(args, arg)
	}
	return args, nil
}

type scanner struct {
	text string
	pos  token.Pos // of text
}

func (s *scanner) take(n int) string {
	taken := s.text[:n]
	s.text, s.pos = s.text[n:], s.pos+token.Pos(n)
	return taken
}

func (s *scanner) skipSpace() {
	s.take(len(s.text) - len(strings.TrimLeftFunc(s.text, unicode.IsSpace)))
}

func (s *scanner) arg() (Arg, *scanError) {
	arg := Arg{Pos: s.pos}
	if key := s.key(); key != "" {
		arg.Key = key
	}
	arg.ValuePos = s.pos
	if s.text != "" && (s.text[0] == '"' || s.text[0] == '`') {
		return s.quoted(arg)
	}
	arg.Value = s.take(s.wordLen())
	return arg, nil
}

// key takes "name=" and returns the name; it takes nothing where the
// argument is a bare word. Only identifiers are keys, so that a URI may
// contain a '='.
func (s *scanner) key() string {
	for i, r := range s.text {
		switch {
		case r == '=' && i > 0:
			key := s.text[:i]
			s.take(i + 1)
			return key
		case r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r):
			return ""
		}
	}
	return ""
}

func (s *scanner) wordLen() int {
	if end := strings.IndexFunc(s.text, unicode.IsSpace); end >= 0 {
		return end
	}
	return len(s.text)
}

func (s *scanner) quoted(arg Arg) (Arg, *scanError) {
	start := s.pos
	quoted, err := strconv.QuotedPrefix(s.text)
	if err != nil {
		return arg, &scanError{start, fmt.Sprintf("the quoted string %s has no end or a bad escape", s.text)}
	}
	value, err := strconv.Unquote(s.take(len(quoted)))
	if err != nil {
		return arg, &scanError{start, fmt.Sprintf("the quoted string %s cannot be read", quoted)}
	}
	if s.text != "" && s.wordLen() != 0 {
		return arg, &scanError{s.pos, fmt.Sprintf("a blank is missing behind %s", quoted)}
	}
	arg.Value, arg.Quoted = value, true
	return arg, nil
}
