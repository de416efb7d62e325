package router

import "cmp"

// byWeight compares two nodes by how strongly they claim a key: whoever claims it
// most strongly has it, so that a node that comes takes a share of the keys from
// each of the others, and one that goes leaves its own to all of them (rendezvous
// hashing). A node that is called like the key has it in any case. What is compared
// depends on names alone, so that every router comes to the same result.
func byWeight(a, b, key string) int {
	switch {
	case a == b:
		return 0
	case a == key:
		return 1
	case b == key:
		return -1
	}
	return cmp.Or(cmp.Compare(weight(a, key), weight(b, key)), cmp.Compare(a, b))
}

// weight is a hash of both texts: FNV-1a, whose last octets reach the high bits
// by a final mix.
func weight(node, key string) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for _, text := range [...]string{node, key} {
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * prime
		}
		h *= prime // a zero octet between the two
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
