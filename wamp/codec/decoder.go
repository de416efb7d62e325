package codec

import (
	"math"
	"strconv"

	"github.com/wampkit/wampkit/wamp"
)

// Options configure a [Decoder]. The zero value is ready to use.
type Options struct {
	// Depth is how deep lists, dictionaries and CBOR tags of a message may nest,
	// the message's own list included. 0 is [DefaultDepth]; the most is 1024.
	Depth int
	// MaxOptions is how many octets the options or details of a message may take. 0
	// is any number.
	MaxOptions int
	// KeepExtra puts attributes that the typed options and details do not list
	// into their Extra. Values outside the WAMP data profile, and more values than
	// a message may have, are left out.
	// Without KeepExtra such attributes are skipped, which costs nothing.
	KeepExtra bool
	// KeepCustom does the same for implementation-specific attributes alone, whose
	// names begin with '_' ([wamp.IsCustomAttribute]): those that are text, byte strings, numbers or booleans
	// of at most [MaxCustom] octets each, and at most 16 of them. The others are
	// skipped. Messages without any cost nothing.
	KeepCustom bool
}

// MaxCustom is how many octets the encoding of an implementation-specific attribute may
// have that a decoder keeps.
const MaxCustom = 8 << 10

// mostCustom is how many of them a decoder keeps of one message.
const mostCustom = 16

// maxDetails is how many values the decoded dictionaries of one message may
// have in all. One octet of a frame can ask for a map, which takes many times
// its size; nobody needs that many before a session is even open.
const maxDetails = 1 << 16

// Decoder parses the messages of one connection. It may be reused for another
// connection with the same format; it keeps no more than a few kilobytes. It
// is not for concurrent use.
type Decoder struct {
	format    wamp.Format
	depth     int
	keepExtra bool
	custom    bool

	scan     scanner
	elements container // the message's own list
	// maxOptions is Options.MaxOptions; end is where the options that are being read
	// have to end.
	maxOptions int
	optionsEnd int
	names      interner
	hot        hotMessages

	// Where the decoder stands, for the reason of a violation.
	typ       wamp.MessageType
	element   string // such as "Options"
	attribute []byte // of the element, if it is a dict
	inside    bool   // whether attribute is set
	err       *Violation
}

// hotMessages are the messages that are reused, each made when first needed.
type hotMessages struct {
	errorMessage *wamp.ErrorMessage
	publish      *wamp.Publish
	published    *wamp.Published
	event        *wamp.Event
	call         *wamp.Call
	result       *wamp.Result
	invocation   *wamp.Invocation
	yield        *wamp.Yield
}

// reuse returns *slot as a zero T, and makes it first where it is nil.
func reuse[T any](slot **T) *T {
	if *slot == nil {
		*slot = new(T)
		return *slot
	}
	var zero T
	**slot = zero
	return *slot
}

// NewDecoder returns a decoder for a format. It panics if there is no such format.
func NewDecoder(f wamp.Format, o Options) *Decoder {
	d := &Decoder{format: f, keepExtra: o.KeepExtra, custom: o.KeepCustom}
	if d.scan.syntax = syntaxOf(f); d.scan.syntax == nil {
		panic("codec: no such serializer: " + f.String())
	}
	d.SetBounds(o.Depth, o.MaxOptions)
	return d
}

// SetBounds changes Options.Depth and Options.MaxOptions for the messages to come.
func (d *Decoder) SetBounds(depth, maxOptions int) {
	if depth <= 0 {
		depth = DefaultDepth
	}
	if maxOptions <= 0 {
		maxOptions = math.MaxInt
	}
	d.depth, d.maxOptions = min(depth, maxDepth), maxOptions
}

// Decode parses one message. The message struct belongs to the decoder and,
// like its Payload, which aliases frame, is valid until the next Decode.
// Strings, lists and dictionaries stay valid.
//
// What it accepts is a complete message of the specification: the right number
// of elements, each of the right type, identifiers in range, nothing behind
// it, all strings UTF-8, all dictionary keys strings. Of a key that comes twice
// the last one counts. Decoded dictionaries, such as the details of HELLO, have
// at most 65,536 values in all; those of payloads are not counted. Whether URIs are well-formed is the receiver's to judge,
// for it depends on the message.
//
// Every error is a [*Violation].
func (d *Decoder) Decode(frame []byte) (wamp.Message, error) {
	d.scan.reset(d.scan.syntax, frame)
	d.scan.budget = maxDetails
	d.typ, d.element, d.inside, d.err = 0, "", false, nil
	m := d.message()
	d.end()
	d.scan.release()
	d.attribute = nil
	if d.err != nil {
		return nil, d.err
	}
	return m, nil
}

// message reads the type and the elements of that type.
func (d *Decoder) message() wamp.Message {
	switch code := d.open(); code {
	case wamp.TypeCall:
		return d.call()
	case wamp.TypeInvocation:
		return d.invocation()
	case wamp.TypeYield:
		return d.yield()
	case wamp.TypeResult:
		return d.result()
	case wamp.TypePublish:
		return d.publish()
	case wamp.TypeEvent:
		return d.event()
	case wamp.TypeError:
		return d.errorMessage()
	case wamp.TypePublished:
		return d.published()
	case wamp.TypeHello:
		return d.hello()
	case wamp.TypeWelcome:
		return d.welcome()
	case wamp.TypeAbort:
		return d.abort()
	case wamp.TypeChallenge:
		return d.challenge()
	case wamp.TypeAuthenticate:
		return d.authenticate()
	case wamp.TypeGoodbye:
		return d.goodbye()
	case wamp.TypeSubscribe:
		return d.subscribe()
	case wamp.TypeSubscribed:
		return d.subscribed()
	case wamp.TypeUnsubscribe:
		return d.unsubscribe()
	case wamp.TypeUnsubscribed:
		return d.unsubscribed()
	case wamp.TypeCancel:
		return d.cancel()
	case wamp.TypeRegister:
		return d.register()
	case wamp.TypeRegistered:
		return d.registered()
	case wamp.TypeUnregister:
		return d.unregister()
	case wamp.TypeUnregistered:
		return d.unregistered()
	case wamp.TypeInterrupt:
		return d.interrupt()
	default:
		d.unknownType(uint64(code))
		return nil
	}
}

func (d *Decoder) unknownType(code uint64) {
	if d.err == nil {
		d.typ, d.element = 0, ""
		d.violate("unknown message type " + strconv.FormatUint(code, 10))
	}
}

// maxType is the largest code that the specification lets a message have.
const maxType = 1023

// open reads the head of the message's list and the type code.
func (d *Decoder) open() wamp.MessageType {
	if !d.token(kindList) {
		return 0
	}
	d.elements = d.scan.container()
	if !d.next("message type") || !d.token(kindUint) {
		return 0
	}
	code := d.scan.tok.num
	if code > maxType {
		d.unknownType(code)
		return 0
	}
	d.element = ""
	d.typ = wamp.MessageType(code)
	return d.typ
}

// end makes sure that the message's list and the frame end here.
func (d *Decoder) end() {
	if d.err != nil {
		return
	}
	d.element, d.inside = "", false
	if d.more() {
		d.violate("too many elements")
	}
	if d.err != nil {
		return
	}
	if _, pos := d.scan.syntax.peek(d.scan.data, d.scan.pos); pos != len(d.scan.data) {
		d.violate("octets behind the message")
	}
}

// more reports whether the message has another element.
func (d *Decoder) more() bool {
	if d.err != nil {
		return false
	}
	if d.elements.left > 0 { // the common case, inlined
		d.elements.left--
		return true
	}
	more, err := d.scan.more(&d.elements)
	if err != nil {
		d.violate(err.Error())
		return false
	}
	return more
}

// next stands before the message's next element, which must be there.
func (d *Decoder) next(element string) bool {
	d.element, d.inside = element, false
	if d.more() {
		return true
	}
	if d.err == nil {
		d.violate("missing")
	}
	return false
}

// read reads the next value, or the head of it.
func (d *Decoder) read() bool {
	if d.err != nil {
		return false
	}
	if err := d.scan.syntax.token(&d.scan); err != nil {
		d.violate(err.Error())
		return false
	}
	return true
}

// token reads the next value, or the head of it, which must be of the kind.
func (d *Decoder) token(want kind) bool {
	if !d.read() {
		return false
	}
	if d.scan.tok.kind != want {
		d.mismatch(want.String())
		return false
	}
	return true
}

// mismatch records that the value just read is not what was wanted.
func (d *Decoder) mismatch(want string) {
	d.violate("want " + want + ", got " + d.scan.tok.kind.String())
}

// violate records the first reason why the message is invalid.
func (d *Decoder) violate(reason string) {
	if d.err != nil {
		return
	}
	where := ""
	if d.typ != 0 {
		where = d.typ.String()
	}
	if d.element != "" {
		if where != "" {
			where += "."
		}
		where += d.element
	}
	if d.inside {
		where += "." + printable(d.attribute)
	}
	if where != "" {
		reason = where + ": " + reason
	}
	d.err = &Violation{Type: d.typ, Reason: reason}
}

// printable is an attribute's name as it may stand in a reason and in a log.
func printable(name []byte) string {
	const most = 40
	if len(name) > most {
		return strconv.QuoteToASCII(string(name[:most])) + "…"
	}
	for _, b := range name {
		if b != '_' && (b < '0' || b > '9') && (b < 'a' || b > 'z') {
			return strconv.QuoteToASCII(string(name))
		}
	}
	return string(name)
}
