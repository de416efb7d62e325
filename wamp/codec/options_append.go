package codec

import (
	"github.com/wampkit/wampkit/wamp"
)

// Writers of typed options and details. A zero field is not sent.

// openAttributes starts a dictionary whose items the methods below count.
func (e *encoder) openAttributes() (start int) {
	e.keys = 0
	return e.open(true, uncounted)
}

func (e *encoder) closeAttributes(start int) { e.close(true, start, e.keys) }

func (e *encoder) attribute(key string) {
	e.keys++
	e.checkedKey(key)
}

// The conditions stand apart from the writing so that they are inlined: most
// attributes of most messages are absent.

func (e *encoder) flag(key string, v bool) {
	if v {
		e.presentFlag(key, true)
	}
}

func (e *encoder) presentFlag(key string, v bool) {
	e.attribute(key)
	e.bool(v)
}

func (e *encoder) number(key string, v uint64) {
	if v != 0 {
		e.presentNumber(key, v)
	}
}

func (e *encoder) presentNumber(key string, v uint64) {
	e.attribute(key)
	e.uint(v)
}

func (e *encoder) word(key, v string) {
	if v != "" {
		e.presentWord(key, v)
	}
}

func (e *encoder) presentWord(key, v string) {
	e.attribute(key)
	e.text(v)
}

func (e *encoder) words(key string, v []string) {
	if v != nil {
		e.attribute(key)
		e.texts(v)
	}
}

func (e *encoder) ids(key string, v []wamp.ID) {
	if v != nil {
		e.attribute(key)
		e.idList(v)
	}
}

func (e *encoder) trustLevel(v int64, present bool) {
	if present {
		e.attribute("trustlevel")
		e.int(v)
	}
}

func (e *encoder) passthru(p *wamp.Passthru) {
	if len(p.Scheme)|len(p.Serializer)|len(p.Cipher)|len(p.KeyID) != 0 {
		e.presentPassthru(p)
	}
}

func (e *encoder) presentPassthru(p *wamp.Passthru) {
	e.word("ppt_scheme", p.Scheme)
	e.word("ppt_serializer", p.Serializer)
	e.word("ppt_cipher", p.Cipher)
	e.word("ppt_keyid", p.KeyID)
}

// extra writes further attributes, sorted by name.
func (e *encoder) extra(d wamp.Dict) {
	if len(d) != 0 {
		e.presentExtra(d)
	}
}

func (e *encoder) presentExtra(d wamp.Dict) {
	var room [fewKeys]string
	for _, key := range sortedKeys(room[:0], d) {
		e.keys++
		e.key(key)
		e.value(d[key], maxDepth)
	}
}

func (e *encoder) callOptions(o *wamp.CallOptions) {
	start := e.openAttributes()
	e.number("timeout", o.Timeout)
	e.flag("receive_progress", o.ReceiveProgress)
	e.flag("progress", o.Progress)
	e.flag("disclose_me", o.DiscloseMe)
	e.word("rkey", o.RKey)
	e.word("runmode", o.RunMode)
	e.passthru(&o.Passthru)
	e.extra(o.Extra)
	e.closeAttributes(start)
}

func (e *encoder) invocationDetails(o *wamp.InvocationDetails) {
	start := e.openAttributes()
	e.number("timeout", o.Timeout)
	e.flag("receive_progress", o.ReceiveProgress)
	e.flag("progress", o.Progress)
	e.number("caller", uint64(o.Caller))
	e.word("caller_authid", o.CallerAuthID)
	e.word("caller_authrole", o.CallerAuthRole)
	e.word("procedure", string(o.Procedure))
	e.trustLevel(o.TrustLevel, o.HasTrustLevel)
	e.passthru(&o.Passthru)
	e.extra(o.Extra)
	e.closeAttributes(start)
}

func (e *encoder) yieldOptions(o *wamp.YieldOptions) {
	start := e.openAttributes()
	e.flag("progress", o.Progress)
	e.passthru(&o.Passthru)
	e.extra(o.Extra)
	e.closeAttributes(start)
}

func (e *encoder) resultDetails(o *wamp.ResultDetails) {
	start := e.openAttributes()
	e.flag("progress", o.Progress)
	e.passthru(&o.Passthru)
	e.extra(o.Extra)
	e.closeAttributes(start)
}

func (e *encoder) errorDetails(o *wamp.ErrorDetails) {
	start := e.openAttributes()
	e.passthru(&o.Passthru)
	e.extra(o.Extra)
	e.closeAttributes(start)
}

func (e *encoder) publishOptions(o *wamp.PublishOptions) {
	start := e.openAttributes()
	e.flag("acknowledge", o.Acknowledge)
	if o.IncludeMe {
		e.presentFlag("exclude_me", false)
	}
	e.flag("disclose_me", o.DiscloseMe)
	e.flag("retain", o.Retain)
	e.ids("exclude", o.Exclude)
	e.words("exclude_authid", o.ExcludeAuthID)
	e.words("exclude_authrole", o.ExcludeAuthRole)
	e.ids("eligible", o.Eligible)
	e.words("eligible_authid", o.EligibleAuthID)
	e.words("eligible_authrole", o.EligibleAuthRole)
	e.word("rkey", o.RKey)
	e.passthru(&o.Passthru)
	e.extra(o.Extra)
	e.closeAttributes(start)
}

func (e *encoder) eventDetails(o *wamp.EventDetails) {
	start := e.openAttributes()
	e.number("publisher", uint64(o.Publisher))
	e.word("publisher_authid", o.PublisherAuthID)
	e.word("publisher_authrole", o.PublisherAuthRole)
	e.word("topic", string(o.Topic))
	e.flag("retained", o.Retained)
	e.trustLevel(o.TrustLevel, o.HasTrustLevel)
	e.passthru(&o.Passthru)
	e.extra(o.Extra)
	e.closeAttributes(start)
}

func (e *encoder) subscribeOptions(o *wamp.SubscribeOptions) {
	start := e.openAttributes()
	e.word("match", o.Match)
	e.flag("get_retained", o.GetRetained)
	e.word("rkey", o.RKey)
	e.word("nkey", o.NKey)
	e.extra(o.Extra)
	e.closeAttributes(start)
}

func (e *encoder) registerOptions(o *wamp.RegisterOptions) {
	start := e.openAttributes()
	e.word("match", o.Match)
	e.word("invoke", o.Invoke)
	e.number("concurrency", o.Concurrency)
	e.flag("disclose_caller", o.DiscloseCaller)
	e.flag("forward_timeout", o.ForwardTimeout)
	e.flag("force_reregister", o.ForceReregister)
	e.word("runmode", o.RunMode)
	e.word("rkey", o.RKey)
	e.extra(o.Extra)
	e.closeAttributes(start)
}

func (e *encoder) cancelOptions(o *wamp.CancelOptions) {
	start := e.openAttributes()
	e.word("mode", o.Mode)
	e.extra(o.Extra)
	e.closeAttributes(start)
}

func (e *encoder) interruptOptions(o *wamp.InterruptOptions) {
	start := e.openAttributes()
	e.word("mode", o.Mode)
	e.word("reason", string(o.Reason))
	e.extra(o.Extra)
	e.closeAttributes(start)
}

func (e *encoder) unsubscribedDetails(o *wamp.UnsubscribedDetails) {
	start := e.openAttributes()
	e.number("subscription", uint64(o.Subscription))
	e.word("reason", string(o.Reason))
	e.closeAttributes(start)
}

func (e *encoder) unregisteredDetails(o *wamp.UnregisteredDetails) {
	start := e.openAttributes()
	e.number("registration", uint64(o.Registration))
	e.word("reason", string(o.Reason))
	e.closeAttributes(start)
}
