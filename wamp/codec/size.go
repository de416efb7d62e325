package codec

import "github.com/wampkit/wampkit/wamp"

// SizeHint is at least the number of octets that [Append] writes for m, in
// any serializer, if the payload is in that serializer already. It is meant for
// getting a buffer that is large enough at once.
func SizeHint(m wamp.Message) int {
	// The message's own list, the type, up to three identifiers, and a reserve.
	const head = 128
	switch m := m.(type) {
	case *wamp.Call:
		return head + m.Payload.Size() + textSize(m.Procedure) + callSize(&m.Options)
	case *wamp.Invocation:
		return head + m.Payload.Size() + invocationSize(&m.Details)
	case *wamp.Yield:
		return head + m.Payload.Size() + passthruSize(&m.Options.Passthru) + dictSize(m.Options.Extra)
	case *wamp.Result:
		return head + m.Payload.Size() + passthruSize(&m.Details.Passthru) + dictSize(m.Details.Extra)
	case *wamp.Publish:
		return head + m.Payload.Size() + textSize(m.Topic) + publishSize(&m.Options)
	case *wamp.Event:
		return head + m.Payload.Size() + eventSize(&m.Details)
	case *wamp.ErrorMessage:
		return head + m.Payload.Size() + textSize(m.URI) + passthruSize(&m.Details.Passthru) + dictSize(m.Details.Extra)
	case *wamp.Hello:
		return head + textSize(m.Realm) + dictSize(m.Details)
	case *wamp.Welcome:
		return head + dictSize(m.Details)
	case *wamp.Abort:
		return head + m.Payload.Size() + dictSize(m.Details) + textSize(m.Reason)
	case *wamp.Challenge:
		return head + textSize(m.AuthMethod) + dictSize(m.Extra)
	case *wamp.Authenticate:
		return head + textSize(m.Signature) + dictSize(m.Extra)
	case *wamp.Goodbye:
		return head + dictSize(m.Details) + textSize(m.Reason)
	case *wamp.Subscribe:
		o := &m.Options
		return head + textSize(m.Topic) + textSize(o.Match) + textSize(o.RKey) + textSize(o.NKey) + dictSize(o.Extra)
	case *wamp.Register:
		o := &m.Options
		return 2*head + textSize(m.Procedure) + textSize(o.Match) + textSize(o.Invoke) + textSize(o.RunMode) +
			textSize(o.RKey) + dictSize(o.Extra)
	case *wamp.Cancel:
		return head + textSize(m.Options.Mode) + dictSize(m.Options.Extra)
	case *wamp.Interrupt:
		return head + textSize(m.Options.Mode) + textSize(m.Options.Reason) + dictSize(m.Options.Extra)
	case *wamp.Unsubscribed:
		return head + textSize(m.Details.Reason)
	case *wamp.Unregistered:
		return head + textSize(m.Details.Reason)
	}
	return head
}

// attributeSize is the most that the name of a typed attribute and a scalar take.
const attributeSize = 48

func callSize(o *wamp.CallOptions) int {
	return 2*attributeSize + textSize(o.RKey) + textSize(o.RunMode) + passthruSize(&o.Passthru) + dictSize(o.Extra)
}

func invocationSize(o *wamp.InvocationDetails) int {
	return 4*attributeSize + textSize(o.CallerAuthID) + textSize(o.CallerAuthRole) + textSize(o.Procedure) +
		passthruSize(&o.Passthru) + dictSize(o.Extra)
}

func publishSize(o *wamp.PublishOptions) int {
	size := 2*attributeSize + 22*(len(o.Exclude)+len(o.Eligible)) + textSize(o.RKey) + passthruSize(&o.Passthru) + dictSize(o.Extra)
	for _, list := range [][]string{o.ExcludeAuthID, o.ExcludeAuthRole, o.EligibleAuthID, o.EligibleAuthRole} {
		for _, s := range list {
			size += textSize(s)
		}
		size += attributeSize
	}
	return size
}

func eventSize(o *wamp.EventDetails) int {
	return 3*attributeSize + textSize(o.PublisherAuthID) + textSize(o.PublisherAuthRole) + textSize(o.Topic) +
		passthruSize(&o.Passthru) + dictSize(o.Extra)
}

func passthruSize(p *wamp.Passthru) int {
	if *p == (wamp.Passthru{}) {
		return 0
	}
	return textSize(p.Scheme) + textSize(p.Serializer) + textSize(p.Cipher) + textSize(p.KeyID)
}

// textSize is the most that an attribute's name and a string take: JSON may
// write six octets for one.
func textSize[T ~string](s T) int {
	if s == "" {
		return 0
	}
	return attributeSize/2 + 6*len(s)
}

func dictSize(d wamp.Dict) int {
	size := 0
	for key, v := range d {
		size += textSize(key) + valueSize(v)
	}
	return size
}

// valueSize estimates a dynamic value; types that are rare in details count as scalars.
func valueSize(v any) int {
	const scalar = 32
	switch v := v.(type) {
	case string:
		return scalar + 6*len(v)
	case []byte:
		return scalar + 2*len(v)
	case []any:
		size := scalar
		for _, item := range v {
			size += valueSize(item)
		}
		return size
	case wamp.Dict:
		return scalar + dictSize(v)
	case []string:
		size := scalar
		for _, item := range v {
			size += textSize(item)
		}
		return size
	case []wamp.ID:
		return scalar + 22*len(v)
	}
	return scalar
}
