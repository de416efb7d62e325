package codec

import (
	"math"
	"strconv"

	"github.com/wampkit/wampkit/wamp"
)

// Readers of a message's elements, in the order of the message. After a
// violation they return zero values.

// id reads an identifier.
func (d *Decoder) id(element string) wamp.ID {
	if !d.next(element) {
		return 0
	}
	return d.idValue()
}

// idOrZero reads the identifier of a message that says 0 where it answers no request.
func (d *Decoder) idOrZero(element string) wamp.ID {
	if !d.next(element) || !d.token(kindUint) {
		return 0
	}
	id := wamp.ID(d.scan.tok.num)
	if id != 0 && !id.Valid() {
		d.violate("want an identifier from 0 to 2^53")
	}
	return id
}

// requestType reads the type of the request that failed.
func (d *Decoder) requestType(element string) wamp.MessageType {
	if !d.next(element) || !d.token(kindUint) {
		return 0
	}
	code := d.scan.tok.num
	if code <= maxType {
		switch t := wamp.MessageType(code); t {
		case wamp.TypePublish, wamp.TypeSubscribe, wamp.TypeUnsubscribe, wamp.TypeCall, wamp.TypeCancel,
			wamp.TypeRegister, wamp.TypeUnregister, wamp.TypeInvocation, wamp.TypeInterrupt:
			return t
		}
	}
	d.violate("want the type of a request")
	return 0
}

// uri reads a URI, or any other string that is likely to come again.
func (d *Decoder) uri(element string) string {
	if !d.next(element) || !d.token(kindText) {
		return ""
	}
	return d.names.string(d.scan.tok.text)
}

// secret reads a string that must not be remembered.
func (d *Decoder) secret(element string) string {
	if !d.next(element) || !d.token(kindText) {
		return ""
	}
	return string(d.scan.tok.text)
}

// dict reads a dictionary into values.
func (d *Decoder) dict(element string) wamp.Dict {
	if !d.next(element) || d.tooLong() || !d.token(kindDict) {
		return nil
	}
	v, err := d.scan.dict(d.depth - 2)
	if err != nil {
		d.violate(err.Error())
	}
	return v
}

// ignoredDict skips an optional dictionary.
func (d *Decoder) ignoredDict(element string) {
	if d.more() {
		d.element = element
		d.skip(kindDict)
	}
}

// payload takes over the optional arguments, still encoded.
func (d *Decoder) payload() (p wamp.Payload) {
	if !d.more() {
		return p
	}
	d.element, d.inside = "Arguments", false
	p.Format = d.format
	p.Args = d.skip(kindList)
	if d.more() {
		d.element = "ArgumentsKw"
		p.Kwargs = d.skip(kindDict)
	}
	return p
}

// skip walks over an element, which must be a list or a dict as wanted, and
// returns its octets.
func (d *Decoder) skip(want kind) []byte {
	got, start := d.scan.syntax.peek(d.scan.data, d.scan.pos)
	if got != want {
		d.violate("want " + want.String())
		return nil
	}
	end, err := d.scan.syntax.skip(d.scan.data, start, d.depth-1)
	if err != nil {
		d.violate(err.Error())
		return nil
	}
	d.scan.pos = end
	return d.scan.data[start:end:end]
}

// openAttributes reads the head of an element that is a dictionary of options
// or details. With nextAttribute it makes a loop over them.
func (d *Decoder) openAttributes(element string) (c container) {
	if d.next(element) && d.token(kindDict) {
		d.optionsEnd = math.MaxInt
		if d.maxOptions < math.MaxInt-d.scan.pos {
			d.optionsEnd = d.scan.pos + d.maxOptions
		}
		return d.scan.container()
	}
	return container{}
}

// tooLong reports whether the next element is longer than options may be. It finds
// out before anything is made of it.
func (d *Decoder) tooLong() bool {
	if len(d.scan.data)-d.scan.pos <= d.maxOptions {
		return false
	}
	_, start := d.scan.syntax.peek(d.scan.data, d.scan.pos)
	end, err := d.scan.syntax.skip(d.scan.data, start, d.depth-1)
	if err != nil || end-start <= d.maxOptions {
		return false // what is malformed is found to be soon enough
	}
	d.optionsTooLong()
	return true
}

func (d *Decoder) optionsTooLong() {
	d.inside = false
	d.violate("longer than " + strconv.Itoa(d.maxOptions) + " octets")
}

// nextAttribute reads the next key into d.attribute; false is the end. An
// attribute that is null counts as absent: clients in the field send every
// option they know, those that were not set as null or undefined.
func (d *Decoder) nextAttribute(c *container) bool {
	for d.err == nil {
		d.inside = false
		if d.scan.pos > d.optionsEnd {
			d.optionsTooLong()
			return false
		}
		more, err := d.scan.more(c)
		if err == nil && more {
			err = d.scan.syntax.key(&d.scan)
		}
		if err != nil {
			d.violate(err.Error())
			return false
		}
		if !more {
			return false
		}
		d.attribute, d.inside = d.scan.tok.text, true
		if next, _ := d.scan.syntax.peek(d.scan.data, d.scan.pos); next != kindNull {
			return true
		}
		d.read()
	}
	return false
}

// Readers of an attribute's value.

func (d *Decoder) boolValue() bool { return d.token(kindBool) && d.scan.tok.num == 1 }

func (d *Decoder) uintValue() uint64 {
	if !d.token(kindUint) {
		return 0
	}
	return d.scan.tok.num
}

func (d *Decoder) intValue() int64 {
	if !d.read() {
		return 0
	}
	switch t := &d.scan.tok; {
	case t.kind == kindInt, t.kind == kindUint && t.num <= math.MaxInt64:
		return int64(t.num)
	}
	d.mismatch("an integer")
	return 0
}

func (d *Decoder) textValue() string {
	if !d.token(kindText) {
		return ""
	}
	return d.names.string(d.scan.tok.text)
}

func (d *Decoder) idValue() wamp.ID {
	if !d.token(kindUint) {
		return 0
	}
	id := wamp.ID(d.scan.tok.num)
	if !id.Valid() {
		d.violate("want an identifier from 1 to 2^53")
		return 0
	}
	return id
}

// idsValue reads a list of identifiers; an empty one is not nil. Encoders for
// JavaScript write an integer beyond 32 bits as a float, and session
// identifiers are mostly beyond that, so that in these lists the float is taken
// for the integer it stands for.
func (d *Decoder) idsValue() []wamp.ID {
	ids := []wamp.ID{}
	for c := d.openList(); d.nextItem(&c); {
		if !d.read() {
			return nil
		}
		id, t := wamp.ID(0), &d.scan.tok
		switch {
		case t.kind == kindUint:
			id = wamp.ID(t.num)
		case t.kind == kindFloat && d.format != wamp.JSON && t.float > math.MaxUint32 && t.float <= float64(wamp.MaxID):
			if id = wamp.ID(t.float); float64(id) != t.float {
				id = 0
			}
		}
		if !id.Valid() {
			d.violate("want a list of identifiers from 1 to 2^53")
			return nil
		}
		ids = append(ids, id)
	}
	return ids
}

// textsValue reads a list of strings; an empty one is not nil.
func (d *Decoder) textsValue() []string {
	texts := []string{}
	for c := d.openList(); d.nextItem(&c); {
		texts = append(texts, d.textValue())
	}
	return texts
}

func (d *Decoder) openList() container {
	if !d.token(kindList) {
		return container{}
	}
	return d.scan.container()
}

func (d *Decoder) nextItem(c *container) bool {
	if d.err != nil {
		return false
	}
	if d.scan.pos > d.optionsEnd {
		d.optionsTooLong()
		return false
	}
	more, err := d.scan.more(c)
	if err != nil {
		d.violate(err.Error())
	}
	return more && err == nil
}

// unknown deals with an attribute that the typed options or details do not
// list: it is skipped, or kept in extra unless that is nil.
func (d *Decoder) unknown(extra *wamp.Dict) {
	start := d.scan.pos
	end, err := d.scan.syntax.skip(d.scan.data, start, d.depth-2)
	if err != nil {
		d.violate(err.Error())
		return
	}
	keep := d.keepExtra || d.custom && end-start <= MaxCustom && wamp.IsCustomAttribute(string(d.attribute))
	if keep && extra != nil {
		key := d.names.string(d.attribute)
		if v, err := d.scan.value(d.depth - 2); err == nil && (d.keepExtra || isScalar(v) && len(*extra) < mostCustom) {
			if *extra == nil {
				*extra = wamp.Dict{}
			}
			(*extra)[key] = v
		}
	}
	d.scan.pos = end
}

func isScalar(v any) bool {
	switch v.(type) {
	case string, []byte, bool, int64, uint64, float64:
		return true
	}
	return false
}
