package otelwamp

import (
	"strings"

	"github.com/wampkit/wampkit/wamp"
)

// carrier is a message as propagators see one.
type carrier struct {
	set        func(name, value string)
	attributes wamp.Dict
}

// longest is how many octets a value may have: what is longer does not travel, rather
// than let the call fail.
const longest = 8000

// nameOf is the attribute for a propagator's key.
func nameOf(key string) string {
	return "_" + strings.ReplaceAll(strings.ToLower(key), "-", "_")
}

// Set implements propagation.TextMapCarrier.
func (c carrier) Set(key, value string) {
	if name := nameOf(key); c.set != nil && wamp.IsCustomAttribute(name) && len(value) <= longest {
		c.set(name, value)
	}
}

// Get implements propagation.TextMapCarrier.
func (c carrier) Get(key string) string {
	text, _ := c.attributes[nameOf(key)].(string)
	return text
}

// Keys implements propagation.TextMapCarrier.
func (c carrier) Keys() []string {
	keys := make([]string, 0, len(c.attributes))
	for name := range c.attributes {
		keys = append(keys, strings.TrimPrefix(name, "_"))
	}
	return keys
}
