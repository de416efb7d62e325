package wamp

// The options and details of messages on the hot path are typed. Attributes
// that are not listed here are ignored, as the specification demands; a
// decoder that is asked to keep them puts them into Extra, and an encoder
// writes Extra behind the typed attributes. A zero field is not sent.

// IsCustomAttribute reports whether a name is one that implementations and
// applications may give to attributes of their own in options and details (Basic Profile,
// section "Extensibility"): '_' and then three or more of a-z, 0-9 and '_'.
func IsCustomAttribute(name string) bool {
	if len(name) < 4 || name[0] != '_' {
		return false
	}
	for _, c := range []byte(name[1:]) {
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// Passthru are the attributes of payload passthru mode (Advanced Profile,
// section "Payload Passthru Mode"). A non-empty Scheme switches it on.
type Passthru struct {
	Scheme     string // ppt_scheme
	Serializer string // ppt_serializer
	Cipher     string // ppt_cipher
	KeyID      string // ppt_keyid
}

// CallOptions are the options of CALL.
type CallOptions struct {
	Timeout         uint64 // timeout: milliseconds, 0 for none
	ReceiveProgress bool   // receive_progress
	Progress        bool   // progress: more chunks of this call follow
	DiscloseMe      bool   // disclose_me
	RKey            string // rkey: the shard of a partitioned registration
	RunMode         string // runmode: "partition" or "all"
	Passthru        Passthru
	Extra           Dict
}

// InvocationDetails are the details of INVOCATION.
type InvocationDetails struct {
	Timeout         uint64 // timeout: milliseconds
	ReceiveProgress bool   // receive_progress
	Progress        bool   // progress
	Caller          ID     // caller
	CallerAuthID    string // caller_authid
	CallerAuthRole  string // caller_authrole
	Procedure       URI    // procedure: the called URI, for pattern-based registrations
	TrustLevel      int64  // trustlevel
	HasTrustLevel   bool   // whether trustlevel is present
	Passthru        Passthru
	Extra           Dict
}

// YieldOptions are the options of YIELD.
type YieldOptions struct {
	Progress bool // progress
	Passthru Passthru
	Extra    Dict
}

// ResultDetails are the details of RESULT.
type ResultDetails struct {
	Progress bool // progress
	Passthru Passthru
	Extra    Dict
}

// ErrorDetails are the details of ERROR.
type ErrorDetails struct {
	Passthru Passthru
	Extra    Dict
}

// PublishOptions are the options of PUBLISH. A nil list is absent; an empty
// Eligible list that is not nil means nobody.
type PublishOptions struct {
	Acknowledge      bool     // acknowledge
	IncludeMe        bool     // exclude_me, inverted: true is sent as exclude_me=false
	DiscloseMe       bool     // disclose_me
	Retain           bool     // retain
	Exclude          []ID     // exclude
	ExcludeAuthID    []string // exclude_authid
	ExcludeAuthRole  []string // exclude_authrole
	Eligible         []ID     // eligible
	EligibleAuthID   []string // eligible_authid
	EligibleAuthRole []string // eligible_authrole
	RKey             string   // rkey
	Passthru         Passthru
	Extra            Dict
}

// EventDetails are the details of EVENT.
type EventDetails struct {
	Publisher         ID     // publisher
	PublisherAuthID   string // publisher_authid
	PublisherAuthRole string // publisher_authrole
	Topic             URI    // topic: the published URI, for pattern-based subscriptions
	Retained          bool   // retained
	TrustLevel        int64  // trustlevel
	HasTrustLevel     bool   // whether trustlevel is present
	Passthru          Passthru
	Extra             Dict
}

// SubscribeOptions are the options of SUBSCRIBE. Match is the policy as it
// stands on the wire, so that an unknown one can be answered with an ERROR.
type SubscribeOptions struct {
	Match       string // match: "exact", "prefix" or "wildcard"; absent is exact
	GetRetained bool   // get_retained
	RKey        string // rkey
	NKey        string // nkey
	Extra       Dict
}

// RegisterOptions are the options of REGISTER. Match and Invoke are the
// policies as they stand on the wire, so that an unknown one can be answered
// with an ERROR.
type RegisterOptions struct {
	Match           string // match: "exact", "prefix" or "wildcard"; absent is exact
	Invoke          string // invoke: "single", "roundrobin", "random", "first" or "last"; absent is single
	Concurrency     uint64 // concurrency: how many invocations the callee takes at once, 0 for any number
	DiscloseCaller  bool   // disclose_caller
	ForwardTimeout  bool   // forward_timeout
	ForceReregister bool   // force_reregister: takes the registration over from another session
	RunMode         string // runmode
	RKey            string // rkey
	Extra           Dict
}

// CancelOptions are the options of CANCEL.
type CancelOptions struct {
	Mode  string // mode: "skip", "kill" or "killnowait"; absent is killnowait
	Extra Dict
}

// InterruptOptions are the options of INTERRUPT.
type InterruptOptions struct {
	Mode   string   // mode: "kill" or "killnowait"
	Reason ErrorURI // reason
	Extra  Dict
}

// UnsubscribedDetails are the details of a revoking UNSUBSCRIBED.
type UnsubscribedDetails struct {
	Subscription ID  // subscription
	Reason       URI // reason
}

// UnregisteredDetails are the details of a revoking UNREGISTERED.
type UnregisteredDetails struct {
	Registration ID  // registration
	Reason       URI // reason
}

// Modes of CANCEL and INTERRUPT (Advanced Profile, section "Call Canceling").
const (
	CancelSkip       = "skip"
	CancelKill       = "kill"
	CancelKillNoWait = "killnowait"
)

// Run modes of calls of sharded registrations (Advanced Profile, section "Sharded
// Registration").
const (
	RunModeAll       = "all"       // every callee gets the call
	RunModePartition = "partition" // one callee gets it, chosen by the resource key
)

// KnownRunMode reports whether a run mode is defined; the empty one stands for none.
func KnownRunMode(mode string) bool {
	return mode == "" || mode == RunModeAll || mode == RunModePartition
}

// Invocation policies of shared registrations (Advanced Profile, section
// "Shared Registration").
const (
	InvokeSingle     = "single"
	InvokeRoundRobin = "roundrobin"
	InvokeRandom     = "random"
	InvokeFirst      = "first"
	InvokeLast       = "last"
)
