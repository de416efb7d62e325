package router

import (
	"sort"
	"strings"
)

// prefixTree is a radix tree over plain string prefixes. Finding the prefixes
// of a URI costs no more than reading the URI once, however many are stored.
// The zero tree is empty; it is not safe for concurrent use.
type prefixTree[T any] struct{ root prefixNode[T] }

type prefixNode[T any] struct {
	label    string // what the path from the parent adds
	occupied bool
	value    T
	children []*prefixNode[T] // ordered by the first octet of label, which is unique
}

// put stores value under prefix and replaces what was there.
func (t *prefixTree[T]) put(prefix string, value T) {
	n := &t.root
	for {
		if prefix == "" {
			n.occupied, n.value = true, value
			return
		}
		i, found := n.childFor(prefix[0])
		if !found {
			n.insertChild(i, &prefixNode[T]{label: prefix, occupied: true, value: value})
			return
		}
		child := n.children[i]
		shared := commonPrefix(prefix, child.label)
		if shared < len(child.label) {
			child = child.split(shared)
			n.children[i] = child
		}
		n, prefix = child, prefix[shared:]
	}
}

// get finds what is stored under exactly this prefix.
func (t *prefixTree[T]) get(prefix string) (value T, found bool) {
	n := &t.root
	for prefix != "" {
		i, ok := n.childFor(prefix[0])
		if !ok || !strings.HasPrefix(prefix, n.children[i].label) {
			return value, false
		}
		n = n.children[i]
		prefix = prefix[len(n.label):]
	}
	return n.value, n.occupied
}

// remove forgets prefix.
func (t *prefixTree[T]) remove(prefix string) { t.root.remove(prefix) }

func (n *prefixNode[T]) remove(prefix string) {
	if prefix == "" {
		var none T
		n.occupied, n.value = false, none
		return
	}
	i, found := n.childFor(prefix[0])
	if !found || !strings.HasPrefix(prefix, n.children[i].label) {
		return
	}
	child := n.children[i]
	child.remove(prefix[len(child.label):])
	switch {
	case child.occupied || len(child.children) > 1:
	case len(child.children) == 1:
		only := child.children[0]
		only.label = child.label + only.label
		n.children[i] = only
	default:
		n.children = append(n.children[:i], n.children[i+1:]...)
	}
}

// appendAll appends what is stored under every prefix of s, shortest first.
func (t *prefixTree[T]) appendAll(found []T, s string) []T {
	n := &t.root
	for {
		if n.occupied {
			found = append(found, n.value)
		}
		n = n.next(s)
		if n == nil {
			return found
		}
		s = s[len(n.label):]
	}
}

// longest finds what is stored under the longest prefix of uri. Whole tells
// whether some prefix of it, this one or a shorter one, ends with a component.
func (t *prefixTree[T]) longest(uri string) (value T, found, whole bool) {
	n := &t.root
	for rest := uri; ; {
		if n.occupied {
			value, found = n.value, true
			whole = whole || endsComponent(uri, len(uri)-len(rest))
		}
		n = n.next(rest)
		if n == nil {
			return value, found, whole
		}
		rest = rest[len(n.label):]
	}
}

// endsComponent reports whether the first n octets of uri are whole components.
func endsComponent(uri string, n int) bool {
	return n == 0 || n == len(uri) || uri[n] == '.' || uri[n-1] == '.'
}

// next is the child whose label s starts with, or nil.
func (n *prefixNode[T]) next(s string) *prefixNode[T] {
	if s == "" {
		return nil
	}
	i, found := n.childFor(s[0])
	if !found || !strings.HasPrefix(s, n.children[i].label) {
		return nil
	}
	return n.children[i]
}

// childFor finds the child whose label starts with octet, or where it belongs.
func (n *prefixNode[T]) childFor(octet byte) (i int, found bool) {
	i = sort.Search(len(n.children), func(i int) bool { return n.children[i].label[0] >= octet })
	return i, i < len(n.children) && n.children[i].label[0] == octet
}

func (n *prefixNode[T]) insertChild(i int, child *prefixNode[T]) {
	n.children = append(n.children, nil)
	copy(n.children[i+1:], n.children[i:])
	n.children[i] = child
}

// split puts a node without a value above n, for the first octets of its label.
func (n *prefixNode[T]) split(at int) *prefixNode[T] {
	parent := &prefixNode[T]{label: n.label[:at], children: []*prefixNode[T]{n}}
	n.label = n.label[at:]
	return parent
}

func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
