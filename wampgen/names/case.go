package names

import (
	"strings"
	"unicode"
)

// Style is how a Go name becomes a component of a URI.
type Style string

// The styles. GetHTTPCode becomes get_http_code, get-http-code or gethttpcode.
const (
	Snake Style = "snake"
	Kebab Style = "kebab"
	Lower Style = "lower"
)

// Component turns a Go name into a component of a URI. An unknown style is [Snake].
func Component(name string, style Style) string {
	separator := "_"
	switch style {
	case Kebab:
		separator = "-"
	case Lower:
		separator = ""
	}
	return strings.ToLower(strings.Join(words(name), separator))
}

// words splits a Go name at underscores, before an upper-case letter behind a
// lower-case letter or digit, and before the last upper-case letter of a run
// that a lower-case letter follows: HTTPCode is HTTP and Code, GetV2 is Get and
// V2. The s of a plural belongs to its run: UserIDs is User and IDs.
func words(name string) []string {
	var words []string
	runes := []rune(name)
	start := 0
	cut := func(end int) {
		if end > start {
			words = append(words, string(runes[start:end]))
		}
		start = end
	}
	for i, r := range runes {
		switch {
		case r == '_':
			cut(i)
			start = i + 1
		case i == 0 || !unicode.IsUpper(r):
		case !unicode.IsUpper(runes[i-1]):
			cut(i)
		case i+1 < len(runes) && unicode.IsLower(runes[i+1]) && !isPlural(runes[i+1:]):
			cut(i)
		}
	}
	cut(len(runes))
	return words
}

// isPlural reports an s that ends a word.
func isPlural(rest []rune) bool {
	return rest[0] == 's' && (len(rest) == 1 || !unicode.IsLower(rest[1]))
}

// Exported makes the first letter of a Go name upper case.
func Exported(name string) string {
	r := []rune(name)
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}

// Unexported makes the first word of a Go name lower case: HTTPServer
// becomes httpServer and ID becomes id.
func Unexported(name string) string {
	all := words(name)
	if len(all) == 0 || strings.HasPrefix(name, "_") {
		return name
	}
	return strings.ToLower(all[0]) + name[len(all[0]):]
}
