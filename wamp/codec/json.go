package codec

import "strconv"

// jsonSyntax is JSON (RFC 8259). It is strict about what the RFC leaves to
// the reader: UTF-8 must be valid and surrogates paired. A byte string is the
// string of U+0000 and its base64 (Advanced Profile, section "Binary support in
// JSON"). A number is an integer unless it has a fraction or an exponent.
type jsonSyntax struct{}

var (
	errJSONValue   error = malformed("not the start of a JSON value")
	errJSONLiteral error = malformed("unknown JSON literal")
	errJSONNumber  error = malformed("malformed JSON number")
	errJSONColon   error = malformed("want ':' behind a JSON object's key")
	errJSONComma   error = malformed("want ',' or the end of a JSON array or object")
)

func (jsonSyntax) peek(data []byte, pos int) (kind, int) {
	pos = jsonSpace(data, pos)
	if pos >= len(data) {
		return kindForeign, pos
	}
	switch data[pos] {
	case '[':
		return kindList, pos
	case '{':
		return kindDict, pos
	case '"':
		return kindText, pos
	case 't', 'f':
		return kindBool, pos
	case 'n':
		return kindNull, pos
	}
	return kindForeign, pos
}

func (j jsonSyntax) token(s *scanner) error {
	s.pos = jsonSpace(s.data, s.pos)
	if s.pos >= len(s.data) {
		return errTruncated
	}
	t := &s.tok
	switch b := s.data[s.pos]; b {
	case '[':
		s.pos++
		t.kind, t.items = kindList, uncounted
	case '{':
		s.pos++
		t.kind, t.items = kindDict, uncounted
	case '"':
		t.kind = kindText
		return j.text(s)
	case 't':
		t.kind, t.num = kindBool, 1
		return j.literal(s, "true")
	case 'f':
		t.kind, t.num = kindBool, 0
		return j.literal(s, "false")
	case 'n':
		t.kind = kindNull
		return j.literal(s, "null")
	default:
		return j.number(s)
	}
	return nil
}

func (jsonSyntax) literal(s *scanner, word string) error {
	end, err := jsonLiteral(s.data, s.pos, word)
	s.pos = end
	return err
}

func (jsonSyntax) number(s *scanner) error {
	end, integer, err := jsonNumber(s.data, s.pos)
	if err != nil {
		return err
	}
	digits := view(s.data[s.pos:end])
	s.pos = end
	t := &s.tok
	t.kind = kindForeign // beyond 64 bits
	switch {
	case !integer:
		if v, err := strconv.ParseFloat(digits, 64); err == nil {
			t.kind, t.float = kindFloat, v
		}
	case digits[0] == '-':
		if v, err := strconv.ParseInt(digits, 10, 64); err == nil {
			t.kind, t.num = kindInt, uint64(v)
			if v == 0 {
				t.kind = kindUint
			}
		}
	default:
		if v, err := strconv.ParseUint(digits, 10, 64); err == nil {
			t.kind, t.num = kindUint, v
		}
	}
	return nil
}

func (jsonSyntax) key(s *scanner) error {
	s.pos = jsonSpace(s.data, s.pos)
	if s.pos < len(s.data) && s.data[s.pos] != '"' {
		return errKey
	}
	if err := jsonString(s); err != nil {
		return err
	}
	end, err := jsonColon(s.data, s.pos)
	s.pos = end
	return err
}

func (jsonSyntax) closes(s *scanner, dict, first bool) (closed bool, err error) {
	closed, s.pos, err = jsonCloses(s.data, s.pos, dict, first)
	return closed, err
}

func (j jsonSyntax) skip(data []byte, pos, depth int) (int, error) {
	pos = jsonSpace(data, pos)
	if pos >= len(data) {
		return pos, errTruncated
	}
	switch data[pos] {
	case '[', '{':
		if depth <= 0 {
			return pos, errTooDeep
		}
		return j.skipItems(data, pos+1, depth-1, data[pos] == '{')
	case '"':
		end, _, err := jsonStringEnd(data, pos)
		return end, err
	case 't':
		return jsonLiteral(data, pos, "true")
	case 'f':
		return jsonLiteral(data, pos, "false")
	case 'n':
		return jsonLiteral(data, pos, "null")
	}
	end, _, err := jsonNumber(data, pos)
	return end, err
}

func (j jsonSyntax) skipItems(data []byte, pos, depth int, dict bool) (int, error) {
	for first := true; ; first = false {
		closed, next, err := jsonCloses(data, pos, dict, first)
		if err != nil || closed {
			return next, err
		}
		pos = next
		if dict {
			if pos, err = jsonSkipKey(data, pos); err != nil {
				return pos, err
			}
		}
		if pos, err = j.skip(data, pos, depth); err != nil {
			return pos, err
		}
	}
}

func jsonSkipKey(data []byte, pos int) (int, error) {
	pos = jsonSpace(data, pos)
	if pos < len(data) && data[pos] != '"' {
		return pos, errKey
	}
	end, _, err := jsonStringEnd(data, pos)
	if err != nil {
		return end, err
	}
	return jsonColon(data, end)
}

// jsonSpace returns where the whitespace at pos ends.
func jsonSpace(data []byte, pos int) int {
	for pos < len(data) && data[pos] <= ' ' {
		switch data[pos] {
		case ' ', '\t', '\n', '\r':
			pos++
		default:
			return pos
		}
	}
	return pos
}

func jsonLiteral(data []byte, pos int, word string) (int, error) {
	if len(data)-pos < len(word) {
		return pos, errTruncated
	}
	if string(data[pos:pos+len(word)]) != word {
		return pos, errJSONLiteral
	}
	return pos + len(word), nil
}

func jsonColon(data []byte, pos int) (int, error) {
	pos = jsonSpace(data, pos)
	if pos >= len(data) {
		return pos, errTruncated
	}
	if data[pos] != ':' {
		return pos, errJSONColon
	}
	return pos + 1, nil
}

// jsonCloses consumes a closing bracket, or the comma before any item but the
// first. The next item's own reader refuses a bracket behind a comma.
func jsonCloses(data []byte, pos int, dict, first bool) (closed bool, next int, err error) {
	pos = jsonSpace(data, pos)
	if pos >= len(data) {
		return false, pos, errTruncated
	}
	end := byte(']')
	if dict {
		end = '}'
	}
	switch {
	case data[pos] == end:
		return true, pos + 1, nil
	case first:
		return false, pos, nil
	case data[pos] == ',':
		return false, pos + 1, nil
	}
	return false, pos, errJSONComma
}

// jsonNumber returns where the number at pos ends, and whether it has neither
// fraction nor exponent.
func jsonNumber(data []byte, pos int) (end int, integer bool, err error) {
	start := pos
	if pos < len(data) && data[pos] == '-' {
		pos++
	}
	digits := jsonDigits(data, pos)
	switch {
	case digits == 0 && pos >= len(data):
		return pos, false, errTruncated
	case digits == 0 && pos == start:
		return pos, false, errJSONValue
	case digits == 0, digits > 1 && data[pos] == '0':
		return pos, false, errJSONNumber
	}
	pos += digits
	integer = true
	if pos < len(data) && data[pos] == '.' {
		integer = false
		pos++
		if digits = jsonDigits(data, pos); digits == 0 {
			return pos, false, errJSONNumber
		}
		pos += digits
	}
	if pos < len(data) && data[pos]|0x20 == 'e' {
		integer = false
		pos++
		if pos < len(data) && (data[pos] == '+' || data[pos] == '-') {
			pos++
		}
		if digits = jsonDigits(data, pos); digits == 0 {
			return pos, false, errJSONNumber
		}
		pos += digits
	}
	return pos, integer, nil
}

// jsonDigits counts the digits at pos.
func jsonDigits(data []byte, pos int) int {
	n := 0
	for pos+n < len(data) && data[pos+n]-'0' <= 9 {
		n++
	}
	return n
}

func (jsonSyntax) empty(data []byte) bool {
	pos := jsonSpace(data, 0)
	if pos >= len(data) {
		return false
	}
	closed, _, err := jsonCloses(data, pos+1, data[pos] == '{', true)
	return closed && err == nil
}
