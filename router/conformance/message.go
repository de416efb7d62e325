package conformance

// Message is a message that was heard, decoded: integers are int64, or uint64
// where they are larger.
type Message struct {
	t     *T
	items l
	text  string
}

// Len is the number of elements.
func (m Message) Len() int { return len(m.items) }

// At is an element.
func (m Message) At(i int) any {
	if i >= len(m.items) {
		m.t.Fatalf("%s has no element %d", m.text, i)
	}
	return m.items[i]
}

// ID is an element that is an integer.
func (m Message) ID(i int) int64 {
	id, ok := m.At(i).(int64)
	if !ok {
		m.t.Fatalf("element %d of %s is no integer", i, m.text)
	}
	return id
}

// Dict is an element that is a dictionary.
func (m Message) Dict(i int) d {
	dict, ok := m.At(i).(d)
	if !ok {
		m.t.Fatalf("element %d of %s is no dict", i, m.text)
	}
	return dict
}

// List is an element that is a list.
func (m Message) List(i int) l {
	list, ok := m.At(i).(l)
	if !ok {
		m.t.Fatalf("element %d of %s is no list", i, m.text)
	}
	return list
}

// Arg is a positional argument or result of the message, whose payload begins
// at element from.
func (m Message) Arg(from, i int) any {
	args := m.List(from)
	if i >= len(args) {
		m.t.Fatalf("%s has no argument %d", m.text, i)
	}
	return args[i]
}

// Result is a positional result of a RESULT.
func (m Message) Result(i int) any { return m.Arg(3, i) }
