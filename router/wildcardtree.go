package router

import "strings"

// wildcardTree stores wildcard patterns by component; an empty component
// stands for any one component. The zero tree is empty; it is not safe for
// concurrent use.
type wildcardTree[T any] struct{ root wildcardNode[T] }

type wildcardNode[T any] struct {
	occupied bool // whether a pattern ends here
	value    T
	literal  map[string]*wildcardNode[T]
	wildcard *wildcardNode[T]
}

// put stores value under pattern and replaces what was there.
func (t *wildcardTree[T]) put(pattern string, value T) {
	n := &t.root
	for rest, more := pattern, true; more; {
		var component string
		component, rest, more = strings.Cut(rest, ".")
		n = n.grow(component)
	}
	n.occupied, n.value = true, value
}

// get finds what is stored under exactly this pattern.
func (t *wildcardTree[T]) get(pattern string) (value T, found bool) {
	n := &t.root
	for rest, more := pattern, true; more; {
		var component string
		component, rest, more = strings.Cut(rest, ".")
		if n = n.child(component); n == nil {
			return value, false
		}
	}
	return n.value, n.occupied
}

// remove forgets pattern.
func (t *wildcardTree[T]) remove(pattern string) { t.root.remove(pattern, true) }

func (n *wildcardNode[T]) remove(rest string, more bool) {
	if !more {
		var none T
		n.occupied, n.value = false, none
		return
	}
	component, rest, more := strings.Cut(rest, ".")
	child := n.child(component)
	if child == nil {
		return
	}
	child.remove(rest, more)
	if child.occupied || child.wildcard != nil || len(child.literal) > 0 {
		return
	}
	if component == "" {
		n.wildcard = nil
	} else {
		delete(n.literal, component)
	}
}

// appendAll appends what is stored under every pattern that matches uri.
func (t *wildcardTree[T]) appendAll(found []T, uri string) []T {
	if t.root.empty() {
		return found
	}
	return t.root.appendAll(found, uri, true)
}

func (n *wildcardNode[T]) appendAll(found []T, rest string, more bool) []T {
	if !more {
		if n.occupied {
			found = append(found, n.value)
		}
		return found
	}
	component, rest, more := strings.Cut(rest, ".")
	if child := n.literal[component]; child != nil {
		found = child.appendAll(found, rest, more)
	}
	if n.wildcard != nil {
		found = n.wildcard.appendAll(found, rest, more)
	}
	return found
}

// best finds what is stored under the best pattern that matches uri: the one
// with the longest run of literal components before each wildcard, compared
// run by run. All patterns that match agree in length and in their literals, so
// that is the one which has a literal where two patterns first differ.
func (t *wildcardTree[T]) best(uri string) (value T, found bool) {
	if t.root.empty() {
		return value, false
	}
	return t.root.best(uri, true)
}

func (n *wildcardNode[T]) best(rest string, more bool) (value T, found bool) {
	if !more {
		return n.value, n.occupied
	}
	component, rest, more := strings.Cut(rest, ".")
	if child := n.literal[component]; child != nil {
		if value, found = child.best(rest, more); found {
			return value, true
		}
	}
	if n.wildcard != nil {
		return n.wildcard.best(rest, more)
	}
	return value, false
}

func (n *wildcardNode[T]) empty() bool { return n.wildcard == nil && len(n.literal) == 0 }

func (n *wildcardNode[T]) child(component string) *wildcardNode[T] {
	if component == "" {
		return n.wildcard
	}
	return n.literal[component]
}

// grow is the child for component, made if need be.
func (n *wildcardNode[T]) grow(component string) *wildcardNode[T] {
	child := n.child(component)
	if child != nil {
		return child
	}
	child = new(wildcardNode[T])
	if component == "" {
		n.wildcard = child
		return child
	}
	if n.literal == nil {
		n.literal = make(map[string]*wildcardNode[T])
	}
	n.literal[strings.Clone(component)] = child
	return child
}
