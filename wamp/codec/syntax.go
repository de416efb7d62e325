package codec

import "github.com/wampkit/wampkit/wamp"

// kind tells the values of the data model apart.
type kind uint8

const (
	kindNull kind = iota + 1
	kindBool
	kindUint  // an integer from 0 to 2^64-1
	kindInt   // an integer from -2^63 to -1
	kindFloat // a double
	kindText
	kindBytes
	kindList
	kindDict
	kindTag     // a CBOR tag, whose content follows
	kindForeign // something well-formed that the WAMP data profile does not know
)

var kindNames = [...]string{
	kindNull: "null", kindBool: "a bool", kindUint: "an integer", kindInt: "a negative integer",
	kindFloat: "a float", kindText: "a string", kindBytes: "a byte string", kindList: "a list",
	kindDict: "a dict", kindTag: "a tag", kindForeign: "a value outside the data profile",
}

// String is the kind as it stands in reasons, with its article.
func (k kind) String() string { return kindNames[k] }

// uncounted is the number of items of a list or dict that does not declare it.
const uncounted = -1

// syntax is one serializer at the level of tokens. Implementations have no
// state: what a reading method needs is in the scanner.
//
// The reading methods fail with a [malformed] error.
type syntax interface {
	// peek tells what kind of value comes next, judging by its first octet, and
	// where it starts, which is behind any whitespace. Only null, bool, text,
	// list and dict are told apart reliably.
	peek(data []byte, pos int) (kind, int)
	// token reads the next value into s.tok: a scalar entirely, of a list, a
	// dict or a tag only the head.
	token(s *scanner) error
	// key reads the key of the next item of a dict into s.tok.text.
	key(s *scanner) error
	// closes consumes what stands between items of an uncounted list or dict, and
	// tells whether that was its end. first is set before the first item.
	closes(s *scanner, dict, first bool) (bool, error)
	// skip walks over one value, nested at most depth levels, and returns where
	// it ends. Everything is checked that a reader of the value would check.
	skip(data []byte, pos, depth int) (int, error)

	// empty reports whether a well-formed list or dict has no items.
	empty(data []byte) bool

	appendNull(dst []byte) []byte
	appendBool(dst []byte, v bool) []byte
	appendUint(dst []byte, v uint64) []byte
	appendNegative(dst []byte, v int64) []byte
	appendFloat(dst []byte, v float64) ([]byte, error)
	appendText(dst []byte, v string) ([]byte, error)
	appendKey(dst []byte, v string) []byte
	appendBytes(dst []byte, v []byte) []byte
	// open starts a list or dict of n items, which may be uncounted.
	open(dst []byte, dict bool, n int) []byte
	// close ends a list or dict. start is where an uncounted one was opened, n
	// how many items it got; start is negative where open knew n.
	close(dst []byte, dict bool, start, n int) []byte
}

// syntaxOf returns the implementation of a format; nil where there is none.
func syntaxOf(f wamp.Format) syntax {
	switch f {
	case wamp.CBOR:
		return cborSyntax{}
	case wamp.MsgPack:
		return msgpackSyntax{}
	case wamp.JSON:
		return jsonSyntax{}
	}
	return nil
}
