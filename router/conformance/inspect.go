package conformance

import (
	"fmt"
	"regexp"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// shape is the form of a message that routers send: the types of its elements.
// A payload may follow where it says so.
type shape struct {
	elements string // i id, t request type, d dict, u URI, 0 id or 0
	payload  bool
}

// errorElements is the form of ERROR.
const errorElements = "tidu"

// shapes are the messages that routers send (section "Message Codes and Direction").
var shapes = map[int64][]shape{
	2:  {{"id", false}},
	3:  {{"du", true}},
	4:  {{"ud", false}},
	6:  {{"du", false}},
	8:  {{errorElements, true}},
	17: {{"ii", false}},
	33: {{"ii", false}},
	35: {{"i", false}, {"0d", false}},
	36: {{"iid", true}},
	50: {{"id", true}},
	65: {{"ii", false}},
	67: {{"i", false}, {"0d", false}},
	68: {{"iid", true}},
	69: {{"id", false}},
}

// attribute is the form of keys in Options and Details: predefined ones and
// those of an implementation (section "Extensibility").
var attribute = regexp.MustCompile(`^([a-z][a-z0-9_]{2,}|_[a-z0-9_]{3,})$`)

// Inspect decodes a message and holds it to the rules for everything that a
// router sends: it is of a type and form that routers send (W014–W018), its
// attributes have allowed names (W022), no empty arguments are sent (W023), and
// its integers are written in their shortest form (W031).
func Inspect(f wamp.Format, frame []byte) (l, error) {
	value, err := codec.DecodeValue(f, frame)
	if err != nil {
		return nil, err
	}
	items, ok := value.(l)
	if !ok || len(items) == 0 {
		return nil, fmt.Errorf("no list with a type")
	}
	kind, _ := items[0].(int64)
	forms, known := shapes[kind]
	if !known {
		return items, fmt.Errorf("W053: routers send no messages of type %v", items[0])
	}
	for _, form := range forms {
		if err = form.check(items[1:]); err == nil {
			break
		}
	}
	if err != nil {
		return items, err
	}
	return items, shortest(f, frame, items)
}

// check holds the elements behind the type to the form.
func (s shape) check(elements l) error {
	n := len(s.elements)
	if len(elements) < n || len(elements) > n && !s.payload || len(elements) > n+2 {
		return fmt.Errorf("W017: %d elements behind the type", len(elements))
	}
	for i, form := range s.elements {
		if err := checkElement(form, elements[i]); err != nil {
			return fmt.Errorf("element %d: %w", i+1, err)
		}
	}
	if s.elements == errorElements {
		if err := checkAnswer(elements); err != nil {
			return err
		}
	}
	return checkPayload(elements[n:])
}

// checkAnswer holds an ERROR to the one reason for which it answers no request:
// a callee that its result in payload passthru mode cannot be passed on (W229).
func checkAnswer(elements l) error {
	if elements[0] == int64(68) && elements[3] != "wamp.error.feature_not_supported" {
		return fmt.Errorf("W084: want the type of a request, got %s", written(elements[0]))
	}
	return nil
}

func checkElement(form rune, element any) error {
	switch form {
	case 'i':
		if !anID.fits(element) {
			return fmt.Errorf("W007: want an id, got %s", written(element))
		}
	case '0':
		if element != int64(0) {
			return fmt.Errorf("want 0, got %s", written(element))
		}
	case 't':
		switch element {
		case int64(16), int64(32), int64(34), int64(48), int64(64), int64(66),
			int64(68): // see checkAnswer
		default:
			return fmt.Errorf("W084: want the type of a request, got %s", written(element))
		}
	case 'u':
		if !aString.fits(element) {
			return fmt.Errorf("want a URI, got %s", written(element))
		}
	case 'd':
		dict, ok := element.(d)
		if !ok {
			return fmt.Errorf("want a dict, got %s", written(element))
		}
		return checkAttributes(dict)
	}
	return nil
}

func checkAttributes(dict d) error {
	for key, value := range dict {
		if !attribute.MatchString(key) {
			return fmt.Errorf("W022: the attribute %q", key)
		}
		if roles, ok := value.(d); ok && key == "roles" {
			for role := range roles {
				features, _ := dig(roles, role, "features").(d)
				if err := checkAttributes(features); err != nil {
					return fmt.Errorf("features of the %s: %w", role, err)
				}
			}
		}
	}
	return nil
}

func checkPayload(payload l) error {
	switch len(payload) {
	case 2:
		kwargs, ok := payload[1].(d)
		if !ok {
			return fmt.Errorf("W017: ArgumentsKw are %s", written(payload[1]))
		}
		if len(kwargs) == 0 {
			return fmt.Errorf("W023: empty ArgumentsKw are sent")
		}
		if !aList.fits(payload[0]) {
			return fmt.Errorf("W017: Arguments are %s", written(payload[0]))
		}
	case 1:
		args, ok := payload[0].(l)
		if !ok {
			return fmt.Errorf("W017: Arguments are %s", written(payload[0]))
		}
		if len(args) == 0 {
			return fmt.Errorf("W023: empty Arguments are sent")
		}
	}
	return nil
}

// shortest checks that integers are written in their shortest form, in the
// messages that are the router's own from end to end.
func shortest(f wamp.Format, frame []byte, items l) error {
	if f == wamp.JSON || len(items) > 3 {
		return nil
	}
	for _, item := range items {
		if _, ok := item.(int64); !ok {
			return nil
		}
	}
	again, err := codec.AppendValue(nil, f, items)
	if err == nil && len(again) != len(frame) {
		err = fmt.Errorf("W031: % x, where % x says the same", frame, again)
	}
	return err
}
