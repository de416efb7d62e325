package codec

import "hash/maphash"

// Bounds of an interner: how many strings it keeps, and how long each may be.
const (
	internMin    = 8
	internMax    = 256
	internLength = 128
)

// interner turns octets into strings and remembers the most recent ones, so
// that a URI which comes again costs no allocation. The table grows while
// strings push each other out, up to internMax entries.
type interner struct {
	table  []string
	misses int // since the table has its size
}

var internSeed = maphash.MakeSeed()

// string returns b as a string.
func (n *interner) string(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > internLength {
		return string(b)
	}
	if n.table == nil {
		n.table = make([]string, internMin)
	}
	// Two neighbouring slots may hold a string.
	hash := maphash.Bytes(internSeed, b)
	slot := &n.table[hash&uint64(len(n.table)-1)]
	if *slot == string(b) {
		return *slot
	}
	other := &n.table[(hash&uint64(len(n.table)-1))^1]
	if *other == string(b) {
		return *other
	}
	return n.remember(slot, other, string(b))
}

func (n *interner) remember(slot, other *string, s string) string {
	n.misses++
	if n.misses > 2*len(n.table) && len(n.table) < internMax {
		n.table, n.misses = make([]string, 2*len(n.table)), 0
		return s
	}
	if *slot != "" {
		*other = *slot
	}
	*slot = s
	return s
}
