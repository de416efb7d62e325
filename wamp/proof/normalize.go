package proof

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

// Normalize prepares a password or a username (SASLprep, RFC 4013): spaces become
// ASCII spaces, what is not seen goes away, and compatible characters become one.
// It fails for characters that are prohibited, and for text that mixes
// directions. Code points that Unicode has not assigned are let through.
func Normalize(text string) (string, error) {
	if !utf8.ValidString(text) {
		return "", errors.New("it is not valid UTF-8")
	}
	if isPlain(text) {
		return text, nil
	}
	normalized := norm.NFKC.String(strings.Map(mapped, text))
	for _, r := range normalized {
		if isProhibited(r) {
			return "", fmt.Errorf("it contains %U, which is prohibited", r)
		}
	}
	return normalized, checkDirection(normalized)
}

// isPlain reports whether a text is printable ASCII, which stays as it is.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// mapped is what a character is replaced by before anything else; -1 for nothing.
func mapped(r rune) rune {
	switch {
	case r == 0x00A0, r == 0x1680, r >= 0x2000 && r <= 0x200B, r == 0x202F, r == 0x205F, r == 0x3000: // RFC 3454, C.1.2
		return ' '
	case r == 0x00AD, r == 0x034F, r == 0x1806, r >= 0x180B && r <= 0x180D, r == 0x200C, r == 0x200D, // RFC 3454, B.1
		r == 0x2060, r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF:
		return -1
	}
	return r
}

// isProhibited reports whether a character may not be in the result (RFC 4013,
// section 2.3).
func isProhibited(r rune) bool {
	switch {
	case unicode.Is(unicode.Cc, r), // control characters
		r == 0x06DD, r == 0x070F, r == 0x180E, r == 0x2028, r == 0x2029, r >= 0x2061 && r <= 0x2063,
		r >= 0x206A && r <= 0x206F, r >= 0xFFF9 && r <= 0xFFFC, r >= 0x1D173 && r <= 0x1D17A,
		unicode.Is(unicode.Co, r),                      // private use
		r >= 0xFDD0 && r <= 0xFDEF, r&0xFFFE == 0xFFFE, // no characters
		r == 0xFFFD,                                                                    // inappropriate for plain text
		r >= 0x2FF0 && r <= 0x2FFB,                                                     // inappropriate for canonical representation
		r == 0x0340, r == 0x0341, r == 0x200E, r == 0x200F, r >= 0x202A && r <= 0x202E, // change the display
		r == 0xE0001, r >= 0xE0020 && r <= 0xE007F: // tags
		return true
	case r == 0x00A0, r == 0x1680, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x3000: // spaces that are not ASCII's
		return true
	}
	return false
}

// checkDirection holds text to the rule for directions (RFC 3454, section 6): if
// any of it runs from right to left, all of it does.
func checkDirection(text string) error {
	var right, left bool
	for _, r := range text {
		switch direction(r) {
		case bidi.R, bidi.AL:
			right = true
		case bidi.L:
			left = true
		}
	}
	if !right {
		return nil
	}
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	if left || !runsLeft(first) || !runsLeft(last) {
		return errors.New("it mixes text from left to right with text from right to left")
	}
	return nil
}

func runsLeft(r rune) bool {
	class := direction(r)
	return class == bidi.R || class == bidi.AL
}

func direction(r rune) bidi.Class {
	properties, _ := bidi.LookupRune(r)
	return properties.Class()
}
