package runtime

import (
	"fmt"
	"maps"

	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// attribute is an implementation-specific attribute of a message.
type attribute struct{ name, value string }

// WithAttribute adds an attribute of the application's or the library's own to the options of CALL or
// PUBLISH. Its name is '_' and then three or more of a-z, 0-9 and '_', as the specification
// leaves them to implementations (Basic Profile, section "Extensibility"). Whoever serves the call or
// handles the event finds it in [IncomingCall.Attributes] or [IncomingEvent.Attributes], if the
// router forwards such attributes, which that of this module does with up to 16 of
// at most [codec.MaxCustom] octets each. Other routers may ignore them.
//
// A call or a publication with another name, or a longer value, fails. An empty value takes the attribute back.
func WithAttribute(name, value string) CallOrPublishOption { return attribute{name, value} }

// attributeRoom is what the encoding of a value takes beside its octets, at most.
const attributeRoom = 16

func (a attribute) check() error {
	switch {
	case !wamp.IsCustomAttribute(a.name):
		return fmt.Errorf("attribute %q: its name is not '_' and three or more of a-z, 0-9 and '_'", a.name)
	case len(a.value) > codec.MaxCustom-attributeRoom:
		return fmt.Errorf("attribute %q: its value has %d octets, more than %d", a.name, len(a.value), codec.MaxCustom-attributeRoom)
	}
	return nil
}

// addTo puts the attribute into a copy of what there is, which others may hold.
func (a attribute) addTo(attributes *wamp.Dict, invalid *error) {
	if err := a.check(); err != nil {
		*invalid = err
		return
	}
	all := make(wamp.Dict, len(*attributes)+1)
	maps.Copy(all, *attributes)
	if a.value == "" {
		delete(all, a.name)
	} else {
		all[a.name] = validText(a.value)
	}
	*attributes = all
}

func (a attribute) applyCall(o *callOptions)       { a.addTo(&o.attributes, &o.invalid) }
func (a attribute) applyPublish(o *publishOptions) { a.addTo(&o.Extra, &o.invalid) }
