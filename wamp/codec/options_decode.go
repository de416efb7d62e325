package codec

import "github.com/wampkit/wampkit/wamp"

// Readers of typed options and details: one loop over the attributes each.

// passthru reads the attribute if it belongs to payload passthru mode.
func (d *Decoder) passthru(p *wamp.Passthru) bool {
	switch string(d.attribute) {
	case "ppt_scheme":
		p.Scheme = d.textValue()
	case "ppt_serializer":
		p.Serializer = d.textValue()
	case "ppt_cipher":
		p.Cipher = d.textValue()
	case "ppt_keyid":
		p.KeyID = d.textValue()
	default:
		return false
	}
	return true
}

func (d *Decoder) callOptions(o *wamp.CallOptions) {
	for c := d.openAttributes("Options"); d.nextAttribute(&c); {
		switch string(d.attribute) {
		case "timeout":
			o.Timeout = d.uintValue()
		case "receive_progress":
			o.ReceiveProgress = d.boolValue()
		case "progress":
			o.Progress = d.boolValue()
		case "disclose_me":
			o.DiscloseMe = d.boolValue()
		case "rkey":
			o.RKey = d.textValue()
		case "runmode":
			o.RunMode = d.textValue()
		default:
			if !d.passthru(&o.Passthru) {
				d.unknown(&o.Extra)
			}
		}
	}
}

func (d *Decoder) invocationDetails(o *wamp.InvocationDetails) {
	for c := d.openAttributes("Details"); d.nextAttribute(&c); {
		switch string(d.attribute) {
		case "timeout":
			o.Timeout = d.uintValue()
		case "receive_progress":
			o.ReceiveProgress = d.boolValue()
		case "progress":
			o.Progress = d.boolValue()
		case "caller":
			o.Caller = d.idValue()
		case "caller_authid":
			o.CallerAuthID = d.textValue()
		case "caller_authrole":
			o.CallerAuthRole = d.textValue()
		case "procedure":
			o.Procedure = wamp.URI(d.textValue())
		case "trustlevel":
			o.TrustLevel, o.HasTrustLevel = d.intValue(), true
		default:
			if !d.passthru(&o.Passthru) {
				d.unknown(&o.Extra)
			}
		}
	}
}

func (d *Decoder) yieldOptions(o *wamp.YieldOptions) {
	for c := d.openAttributes("Options"); d.nextAttribute(&c); {
		if string(d.attribute) == "progress" {
			o.Progress = d.boolValue()
		} else if !d.passthru(&o.Passthru) {
			d.unknown(&o.Extra)
		}
	}
}

func (d *Decoder) resultDetails(o *wamp.ResultDetails) {
	for c := d.openAttributes("Details"); d.nextAttribute(&c); {
		if string(d.attribute) == "progress" {
			o.Progress = d.boolValue()
		} else if !d.passthru(&o.Passthru) {
			d.unknown(&o.Extra)
		}
	}
}

func (d *Decoder) errorDetails(o *wamp.ErrorDetails) {
	for c := d.openAttributes("Details"); d.nextAttribute(&c); {
		if !d.passthru(&o.Passthru) {
			d.unknown(&o.Extra)
		}
	}
}

func (d *Decoder) publishOptions(o *wamp.PublishOptions) {
	for c := d.openAttributes("Options"); d.nextAttribute(&c); {
		switch string(d.attribute) {
		case "acknowledge":
			o.Acknowledge = d.boolValue()
		case "exclude_me":
			o.IncludeMe = !d.boolValue()
		case "disclose_me":
			o.DiscloseMe = d.boolValue()
		case "retain":
			o.Retain = d.boolValue()
		case "exclude":
			o.Exclude = d.idsValue()
		case "exclude_authid":
			o.ExcludeAuthID = d.textsValue()
		case "exclude_authrole":
			o.ExcludeAuthRole = d.textsValue()
		case "eligible":
			o.Eligible = d.idsValue()
		case "eligible_authid":
			o.EligibleAuthID = d.textsValue()
		case "eligible_authrole":
			o.EligibleAuthRole = d.textsValue()
		case "rkey":
			o.RKey = d.textValue()
		default:
			if !d.passthru(&o.Passthru) {
				d.unknown(&o.Extra)
			}
		}
	}
}

func (d *Decoder) eventDetails(o *wamp.EventDetails) {
	for c := d.openAttributes("Details"); d.nextAttribute(&c); {
		switch string(d.attribute) {
		case "publisher":
			o.Publisher = d.idValue()
		case "publisher_authid":
			o.PublisherAuthID = d.textValue()
		case "publisher_authrole":
			o.PublisherAuthRole = d.textValue()
		case "topic":
			o.Topic = wamp.URI(d.textValue())
		case "retained":
			o.Retained = d.boolValue()
		case "trustlevel":
			o.TrustLevel, o.HasTrustLevel = d.intValue(), true
		default:
			if !d.passthru(&o.Passthru) {
				d.unknown(&o.Extra)
			}
		}
	}
}

func (d *Decoder) subscribeOptions(o *wamp.SubscribeOptions) {
	for c := d.openAttributes("Options"); d.nextAttribute(&c); {
		switch string(d.attribute) {
		case "match":
			o.Match = d.textValue()
		case "get_retained":
			o.GetRetained = d.boolValue()
		case "rkey":
			o.RKey = d.textValue()
		case "nkey":
			o.NKey = d.textValue()
		default:
			d.unknown(&o.Extra)
		}
	}
}

func (d *Decoder) registerOptions(o *wamp.RegisterOptions) {
	for c := d.openAttributes("Options"); d.nextAttribute(&c); {
		switch string(d.attribute) {
		case "match":
			o.Match = d.textValue()
		case "invoke":
			o.Invoke = d.textValue()
		case "concurrency":
			o.Concurrency = d.uintValue()
		case "disclose_caller":
			o.DiscloseCaller = d.boolValue()
		case "forward_timeout":
			o.ForwardTimeout = d.boolValue()
		case "force_reregister":
			o.ForceReregister = d.boolValue()
		case "runmode":
			o.RunMode = d.textValue()
		case "rkey":
			o.RKey = d.textValue()
		default:
			d.unknown(&o.Extra)
		}
	}
}

func (d *Decoder) cancelOptions(o *wamp.CancelOptions) {
	for c := d.openAttributes("Options"); d.nextAttribute(&c); {
		if string(d.attribute) == "mode" {
			o.Mode = d.textValue()
		} else {
			d.unknown(&o.Extra)
		}
	}
}

func (d *Decoder) interruptOptions(o *wamp.InterruptOptions) {
	for c := d.openAttributes("Options"); d.nextAttribute(&c); {
		switch string(d.attribute) {
		case "mode":
			o.Mode = d.textValue()
		case "reason":
			o.Reason = wamp.ErrorURI(d.textValue())
		default:
			d.unknown(&o.Extra)
		}
	}
}

func (d *Decoder) unsubscribedDetails(o *wamp.UnsubscribedDetails) {
	for c := d.openAttributes("Details"); d.nextAttribute(&c); {
		switch string(d.attribute) {
		case "subscription":
			o.Subscription = d.idValue()
		case "reason":
			o.Reason = wamp.URI(d.textValue())
		default:
			d.unknown(nil)
		}
	}
}

func (d *Decoder) unregisteredDetails(o *wamp.UnregisteredDetails) {
	for c := d.openAttributes("Details"); d.nextAttribute(&c); {
		switch string(d.attribute) {
		case "registration":
			o.Registration = d.idValue()
		case "reason":
			o.Reason = wamp.URI(d.textValue())
		default:
			d.unknown(nil)
		}
	}
}
