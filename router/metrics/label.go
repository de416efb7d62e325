package metrics

import "strings"

// printable makes a label value of a URI, which clients may have made up: it must be UTF-8.
func printable(uri string) string { return strings.ToValidUTF8(uri, "\uFFFD") }
