package wamp

import "fmt"

// Dict is a dictionary of details, options or keyword arguments, decoded. Its
// values are nil, bool, int64, uint64 (only above the largest int64), float64,
// string, []byte, []any and Dict.
type Dict = map[string]any

// MessageType is the code that starts a message (section "Message Codes and Direction").
type MessageType uint16

// The message types of both profiles.
const (
	TypeHello        MessageType = 1
	TypeWelcome      MessageType = 2
	TypeAbort        MessageType = 3
	TypeChallenge    MessageType = 4
	TypeAuthenticate MessageType = 5
	TypeGoodbye      MessageType = 6
	TypeError        MessageType = 8
	TypePublish      MessageType = 16
	TypePublished    MessageType = 17
	TypeSubscribe    MessageType = 32
	TypeSubscribed   MessageType = 33
	TypeUnsubscribe  MessageType = 34
	TypeUnsubscribed MessageType = 35
	TypeEvent        MessageType = 36
	TypeCall         MessageType = 48
	TypeCancel       MessageType = 49
	TypeResult       MessageType = 50
	TypeRegister     MessageType = 64
	TypeRegistered   MessageType = 65
	TypeUnregister   MessageType = 66
	TypeUnregistered MessageType = 67
	TypeInvocation   MessageType = 68
	TypeInterrupt    MessageType = 69
	TypeYield        MessageType = 70
)

var messageNames = map[MessageType]string{
	TypeHello: "HELLO", TypeWelcome: "WELCOME", TypeAbort: "ABORT", TypeChallenge: "CHALLENGE",
	TypeAuthenticate: "AUTHENTICATE", TypeGoodbye: "GOODBYE", TypeError: "ERROR", TypePublish: "PUBLISH",
	TypePublished: "PUBLISHED", TypeSubscribe: "SUBSCRIBE", TypeSubscribed: "SUBSCRIBED",
	TypeUnsubscribe: "UNSUBSCRIBE", TypeUnsubscribed: "UNSUBSCRIBED", TypeEvent: "EVENT", TypeCall: "CALL",
	TypeCancel: "CANCEL", TypeResult: "RESULT", TypeRegister: "REGISTER", TypeRegistered: "REGISTERED",
	TypeUnregister: "UNREGISTER", TypeUnregistered: "UNREGISTERED", TypeInvocation: "INVOCATION",
	TypeInterrupt: "INTERRUPT", TypeYield: "YIELD",
}

// String is the type's name in the specification, such as "CALL".
func (t MessageType) String() string {
	if name, ok := messageNames[t]; ok {
		return name
	}
	return fmt.Sprintf("MessageType(%d)", uint16(t))
}

// Message is one WAMP message: a pointer to one of the message structs of
// this package.
type Message interface{ Type() MessageType }

// Hello opens a session: [HELLO, Realm|uri, Details|dict].
type Hello struct {
	Realm   URI
	Details Dict
}

// Welcome accepts a session: [WELCOME, Session|id, Details|dict].
type Welcome struct {
	Session ID
	Details Dict
}

// Abort refuses or kills a session without an answer:
// [ABORT, Details|dict, Reason|uri, Arguments|list?, ArgumentsKw|dict?].
type Abort struct {
	Details Dict
	Reason  ErrorURI
	Payload Payload
}

// Challenge asks a client to authenticate: [CHALLENGE, AuthMethod|string, Extra|dict].
type Challenge struct {
	AuthMethod string
	Extra      Dict
}

// Authenticate answers a challenge: [AUTHENTICATE, Signature|string, Extra|dict].
type Authenticate struct {
	Signature string
	Extra     Dict
}

// Goodbye ends a session, and answers a Goodbye: [GOODBYE, Details|dict, Reason|uri].
type Goodbye struct {
	Details Dict
	Reason  URI
}

// ErrorMessage answers a request, or an invocation, that failed:
// [ERROR, REQUEST.Type|int, REQUEST.Request|id, Details|dict, Error|uri, Arguments|list?, ArgumentsKw|dict?].
type ErrorMessage struct {
	RequestType MessageType
	Request     ID
	Details     ErrorDetails
	URI         ErrorURI
	Payload     Payload
}

// Publish asks the broker to publish an event:
// [PUBLISH, Request|id, Options|dict, Topic|uri, Arguments|list?, ArgumentsKw|dict?].
type Publish struct {
	Request ID
	Options PublishOptions
	Topic   URI
	Payload Payload
}

// Published acknowledges a Publish: [PUBLISHED, PUBLISH.Request|id, Publication|id].
type Published struct {
	Request     ID
	Publication ID
}

// Subscribe asks for a subscription: [SUBSCRIBE, Request|id, Options|dict, Topic|uri].
type Subscribe struct {
	Request ID
	Options SubscribeOptions
	Topic   URI
}

// Subscribed acknowledges a Subscribe: [SUBSCRIBED, SUBSCRIBE.Request|id, Subscription|id].
type Subscribed struct {
	Request      ID
	Subscription ID
}

// Unsubscribe ends a subscription: [UNSUBSCRIBE, Request|id, SUBSCRIBED.Subscription|id].
// Some clients append an options dictionary, which is accepted and ignored.
type Unsubscribe struct {
	Request      ID
	Subscription ID
}

// Unsubscribed acknowledges an Unsubscribe: [UNSUBSCRIBED, UNSUBSCRIBE.Request|id].
// With Request 0 it is a revocation and carries Details:
// [UNSUBSCRIBED, 0, {"subscription": id, "reason": uri}].
type Unsubscribed struct {
	Request ID
	Details UnsubscribedDetails
}

// Event delivers an event:
// [EVENT, Subscription|id, Publication|id, Details|dict, Arguments|list?, ArgumentsKw|dict?].
type Event struct {
	Subscription ID
	Publication  ID
	Details      EventDetails
	Payload      Payload
}

// Call asks the dealer to call a procedure:
// [CALL, Request|id, Options|dict, Procedure|uri, Arguments|list?, ArgumentsKw|dict?].
type Call struct {
	Request   ID
	Options   CallOptions
	Procedure URI
	Payload   Payload
}

// Cancel cancels a call: [CANCEL, CALL.Request|id, Options|dict].
type Cancel struct {
	Request ID
	Options CancelOptions
}

// Result answers a call: [RESULT, CALL.Request|id, Details|dict, Arguments|list?, ArgumentsKw|dict?].
type Result struct {
	Request ID
	Details ResultDetails
	Payload Payload
}

// Register asks for a registration: [REGISTER, Request|id, Options|dict, Procedure|uri].
type Register struct {
	Request   ID
	Options   RegisterOptions
	Procedure URI
}

// Registered acknowledges a Register: [REGISTERED, REGISTER.Request|id, Registration|id].
type Registered struct {
	Request      ID
	Registration ID
}

// Unregister ends a registration: [UNREGISTER, Request|id, REGISTERED.Registration|id].
// Some clients append an options dictionary, which is accepted and ignored.
type Unregister struct {
	Request      ID
	Registration ID
}

// Unregistered acknowledges an Unregister: [UNREGISTERED, UNREGISTER.Request|id].
// With Request 0 it is a revocation and carries Details:
// [UNREGISTERED, 0, {"registration": id, "reason": uri}].
type Unregistered struct {
	Request ID
	Details UnregisteredDetails
}

// Invocation hands a call to a callee:
// [INVOCATION, Request|id, Registration|id, Details|dict, Arguments|list?, ArgumentsKw|dict?].
type Invocation struct {
	Request      ID
	Registration ID
	Details      InvocationDetails
	Payload      Payload
}

// Interrupt asks a callee to stop an invocation: [INTERRUPT, INVOCATION.Request|id, Options|dict].
type Interrupt struct {
	Request ID
	Options InterruptOptions
}

// Yield answers an invocation: [YIELD, INVOCATION.Request|id, Options|dict, Arguments|list?, ArgumentsKw|dict?].
type Yield struct {
	Request ID
	Options YieldOptions
	Payload Payload
}

func (*Hello) Type() MessageType        { return TypeHello }
func (*Welcome) Type() MessageType      { return TypeWelcome }
func (*Abort) Type() MessageType        { return TypeAbort }
func (*Challenge) Type() MessageType    { return TypeChallenge }
func (*Authenticate) Type() MessageType { return TypeAuthenticate }
func (*Goodbye) Type() MessageType      { return TypeGoodbye }
func (*ErrorMessage) Type() MessageType { return TypeError }
func (*Publish) Type() MessageType      { return TypePublish }
func (*Published) Type() MessageType    { return TypePublished }
func (*Subscribe) Type() MessageType    { return TypeSubscribe }
func (*Subscribed) Type() MessageType   { return TypeSubscribed }
func (*Unsubscribe) Type() MessageType  { return TypeUnsubscribe }
func (*Unsubscribed) Type() MessageType { return TypeUnsubscribed }
func (*Event) Type() MessageType        { return TypeEvent }
func (*Call) Type() MessageType         { return TypeCall }
func (*Cancel) Type() MessageType       { return TypeCancel }
func (*Result) Type() MessageType       { return TypeResult }
func (*Register) Type() MessageType     { return TypeRegister }
func (*Registered) Type() MessageType   { return TypeRegistered }
func (*Unregister) Type() MessageType   { return TypeUnregister }
func (*Unregistered) Type() MessageType { return TypeUnregistered }
func (*Invocation) Type() MessageType   { return TypeInvocation }
func (*Interrupt) Type() MessageType    { return TypeInterrupt }
func (*Yield) Type() MessageType        { return TypeYield }
