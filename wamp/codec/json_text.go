package codec

import (
	"encoding/base64"
	"unicode/utf16"
	"unicode/utf8"
)

var (
	errJSONControl   error = malformed("unescaped control character in a JSON string")
	errJSONEscape    error = malformed("unknown escape in a JSON string")
	errJSONSurrogate error = malformed("lone surrogate in a JSON string")
)

// text reads a string value; a byte string if it is one.
func (jsonSyntax) text(s *scanner) error {
	if err := jsonString(s); err != nil {
		return err
	}
	if encoded, ok := jsonBinary(s.tok.text); ok {
		// Decoding in place is safe: the output never overtakes the input. The
		// text is in scratch space, for a U+0000 cannot stand in data verbatim.
		n, err := base64.StdEncoding.Decode(encoded, encoded)
		if err == nil {
			s.tok.kind, s.tok.text = kindBytes, encoded[:n]
		}
	}
	return nil
}

// jsonBinary returns the base64 of a string that stands for a byte string. A
// string that starts with U+0000 and goes on otherwise is just a string.
func jsonBinary(text []byte) (encoded []byte, ok bool) {
	if len(text) == 0 || text[0] != 0 {
		return nil, false
	}
	encoded = text[1:]
	if len(encoded)%4 != 0 {
		return nil, false
	}
	digits := len(encoded)
	for digits > 0 && digits > len(encoded)-2 && encoded[digits-1] == '=' {
		digits--
	}
	for _, b := range encoded[:digits] {
		switch {
		case b >= 'A' && b <= 'Z', b >= 'a' && b <= 'z', b >= '0' && b <= '9', b == '+', b == '/':
		default:
			return nil, false
		}
	}
	return encoded, true
}

// jsonString reads the string at s.pos into s.tok.text.
func jsonString(s *scanner) error {
	end, plain, err := jsonStringEnd(s.data, s.pos)
	if err != nil {
		return err
	}
	content := s.data[s.pos+1 : end-1]
	s.pos = end
	if !plain {
		s.scratch = appendUnescaped(s.scratch[:0], content)
		content = s.scratch
	}
	s.tok.text = content
	return nil
}

// jsonStringEnd checks the string whose opening quote is at pos. It returns
// where it ends, and whether it stands there verbatim, without escapes.
func jsonStringEnd(data []byte, pos int) (end int, plain bool, err error) {
	if pos >= len(data) {
		return pos, false, errTruncated
	}
	start := pos + 1
	plain = true
	ascii := byte(0)
	for pos = start; pos < len(data); pos++ {
		switch b := data[pos]; {
		case b == '"':
			if ascii >= utf8.RuneSelf && !utf8.Valid(data[start:pos]) {
				return pos, false, errUTF8
			}
			return pos + 1, plain, nil
		case b == '\\':
			plain = false
			size, err := jsonEscapeSize(data, pos)
			if err != nil {
				return pos, false, err
			}
			pos += size - 1
		case b < ' ':
			return pos, false, errJSONControl
		default:
			ascii |= b
		}
	}
	return pos, false, errTruncated
}

// jsonEscapeSize checks the escape at pos, and the one behind it if they are
// a surrogate pair.
func jsonEscapeSize(data []byte, pos int) (int, error) {
	if len(data)-pos < 2 {
		return 0, errTruncated
	}
	switch data[pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, nil
	case 'u':
	default:
		return 0, errJSONEscape
	}
	unit, err := jsonHex(data, pos)
	if err != nil || !utf16.IsSurrogate(unit) {
		return 6, err
	}
	low, err := jsonHex(data, pos+6)
	if err == errTruncated {
		return 0, err
	}
	if err != nil || utf16.DecodeRune(unit, low) == utf8.RuneError {
		return 0, errJSONSurrogate
	}
	return 12, nil
}

// jsonHex reads the \uXXXX escape at pos.
func jsonHex(data []byte, pos int) (rune, error) {
	if len(data)-pos < 6 {
		return 0, errTruncated
	}
	if data[pos] != '\\' || data[pos+1] != 'u' {
		return 0, errJSONEscape
	}
	var unit rune
	for _, b := range data[pos+2 : pos+6] {
		switch {
		case b >= '0' && b <= '9':
			b -= '0'
		case b >= 'a' && b <= 'f':
			b -= 'a' - 10
		case b >= 'A' && b <= 'F':
			b -= 'A' - 10
		default:
			return 0, errJSONEscape
		}
		unit = unit<<4 | rune(b)
	}
	return unit, nil
}

// appendUnescaped appends the string whose content, already checked, is given.
func appendUnescaped(dst, content []byte) []byte {
	for pos := 0; pos < len(content); {
		b := content[pos]
		if b != '\\' {
			dst = append(dst, b)
			pos++
			continue
		}
		if content[pos+1] != 'u' {
			dst = append(dst, jsonUnescape(content[pos+1]))
			pos += 2
			continue
		}
		r, _ := jsonHex(content, pos)
		pos += 6
		if utf16.IsSurrogate(r) {
			low, _ := jsonHex(content, pos)
			r = utf16.DecodeRune(r, low)
			pos += 6
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

func jsonUnescape(letter byte) byte {
	switch letter {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return letter
}
