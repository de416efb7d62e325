package conformance

import (
	"encoding/binary"
	"maps"
	"slices"
)

// kind is what a step does.
type kind byte

const (
	hello kind = iota
	goodbye
	abort
	authenticate
	publish
	subscribe
	unsubscribe
	call
	cancel
	register
	unregister
	yield
	fail
	odd        // a message that nobody sends to a router
	octets     // the step itself, as a frame
	disconnect // and come back
)

// stepLength is how many octets of a program a step takes.
const stepLength = 6

// maxFuzzID is one more than the largest id that programs mean to use: ids are
// small, so that they often fit.
const maxFuzzID = 8

// step is one thing that one of two actors says.
type step struct {
	kind    kind
	actor   byte // 0 or 1
	damaged bool // one octet of the message is changed
	id      byte // request, invocation, subscription and registration alike
	uri     byte
	options uint16 // a bit for each that the kind has
	payload byte

	raw [stepLength]byte
}

func parseStep(program []byte) step {
	s := step{
		kind: kind(program[0] & 0xF), actor: program[0] >> 4 & 1, damaged: program[0]>>5&1 == 1,
		id: program[1] % maxFuzzID, uri: program[2], options: binary.BigEndian.Uint16(program[3:]), payload: program[5],
	}
	copy(s.raw[:], program)
	return s
}

func (s step) octets() []byte {
	first := byte(s.kind) | s.actor<<4
	if s.damaged {
		first |= 1 << 5
	}
	return []byte{first, s.id, s.uri, byte(s.options >> 8), byte(s.options), s.payload}
}

// fuzzURIs are what topics and procedures are called.
var fuzzURIs = []string{
	"com.a", "com.a.b", "com.", "com..b", "", "com.history.a", "wamp.session.on_leave", "a..b.#",
	"wamp.session.add_testament", "wamp.session.kill", "wamp.session.kill_all", "wamp.session.list", "wamp.session.get", "wamp.session.flush_testaments",
	"wamp.registration.list", "wamp.registration.match", "wamp.registration.remove_callee", "wamp.registration.get", "wamp.subscription.get_events",
	"wamp.subscription.match", "wamp.subscription.remove_subscriber", "wamp.subscription.list", "wamp.registration.on_create", "wamp.subscription.on_subscribe",
}

// fuzzOptions are the options of each kind, in the order of the bits of a step.
var fuzzOptions = map[kind][]d{
	publish: {
		{"acknowledge": true}, {"exclude_me": false}, {"disclose_me": true}, {"retain": true}, {"exclude": l{1, 2}}, {"eligible": l{}}, {"exclude_authrole": l{"anonymous"}},
		{"eligible_authid": l{"x"}}, {"ppt_scheme": "x"}, {"rkey": "a"}, {"acknowledge": nil}, {"acknowledge": 1}, {"_mine": l{1}},
	},
	subscribe: {{"match": "prefix"}, {"match": "wildcard"}, {"get_retained": true}, {"match": "x"}, {"nkey": "a"}, {"nkey": "b", "match": "prefix"}, {"match": 5}},
	call: {
		{"receive_progress": true}, {"progress": true}, {"disclose_me": true}, {"timeout": 1}, {"timeout": 0}, {"ppt_scheme": "x", "ppt_serializer": "cbor"},
		{"runmode": "partition"}, {"rkey": "a"}, {"progress": false}, {"timeout": "x"}, {"timeout": nil}, {"runmode": "all", "receive_progress": true}, {"runmode": "x"},
	},
	cancel: {{"mode": "kill"}, {"mode": "killnowait"}, {"mode": "skip"}, {"mode": "x"}, {"mode": 5}},
	register: {
		{"match": "prefix"}, {"match": "wildcard"}, {"invoke": "roundrobin"}, {"invoke": "random"}, {"invoke": "first"}, {"invoke": "last"}, {"disclose_caller": true},
		{"forward_timeout": true}, {"force_reregister": true}, {"concurrency": 1}, {"runmode": "partition", "rkey": "a"}, {"invoke": "x"},
	},
	yield: {{"progress": true}, {"ppt_scheme": "x"}, {"progress": 1}},
	fail:  {{"ppt_scheme": "x"}, {"_mine": nil}},
}

// fuzzPayloads are the tails of messages.
var fuzzPayloads = []l{
	{}, {l{}}, {l{1, "x"}}, {l{}, d{"a": 1}}, {l{1}, d{}}, {d{}}, {l{}, l{}}, {l{}, d{}, 1}, {l{1}}, {l{2}}, {l{3}, d{"reason": "com.x", "message": "y"}},
	{l{"com.a", l{"will"}, d{}}, d{"scope": "detached"}}, {l{"com.a", l{"will"}, d{}}}, {l{"com.a", d{"match": "prefix"}}}, {l{l{"anonymous"}}},
	{l{1}, d{"limit": 1, "reverse": true}}, {l{[]byte{0, 255}}}, {l{1, 2}}, {l{nil}}, {l{"\x00AAEC", 1.5, -1, uint64(1) << 63}},
}

// fuzzHellos are the details of HELLO.
var fuzzHellos = []d{
	{"roles": d{"caller": d{}, "callee": d{}, "publisher": d{}, "subscriber": d{}}},
	{"roles": everyFeature()},
	{"roles": d{"callee": d{"features": d{"call_canceling": true}}}},
	{"roles": everyFeature(), "authmethods": l{"claimed"}, "authid": "joe", "authextra": d{"role": "user"}},
	{}, {"roles": d{}}, {"roles": 5}, {"roles": d{"caller": d{"features": d{"call_timeout": 1}}}}, {"roles": everyFeature(), "authmethods": l{"unknown"}}, {"roles": everyFeature(), "authmethods": 5},
}

func everyFeature() d {
	e := &entry{roles: d{}}
	complete(e)
	return e.roles
}

// message is what the step says.
func (s step) message() l {
	id, uri := int64(s.id), fuzzURIs[int(s.uri)%len(fuzzURIs)]
	options := d{}
	for bit, option := range fuzzOptions[s.kind] {
		if s.options>>bit&1 == 1 {
			maps.Copy(options, option)
		}
	}
	with := func(elements ...any) l { return append(elements, fuzzPayloads[int(s.payload)%len(fuzzPayloads)]...) }
	switch s.kind {
	case hello, disconnect:
		return l{1, []string{"realm1", "realm1", "realm1", "realm2", "a..b"}[s.uri%5], fuzzHellos[int(s.payload)%len(fuzzHellos)]}
	case goodbye:
		return l{6, d{}, "wamp.close.close_realm"}
	case abort:
		return with(3, d{"message": "x"}, "com.x")
	case authenticate:
		return l{5, "x", d{}}
	case publish:
		return with(16, id, options, uri)
	case subscribe:
		return l{32, id, options, uri}
	case unsubscribe:
		return l{34, id, int64(s.uri) % maxFuzzID}
	case call:
		return with(48, id, options, uri)
	case cancel:
		return l{49, id, options}
	case register:
		return l{64, id, options, uri}
	case unregister:
		return l{66, id, int64(s.uri) % maxFuzzID}
	case yield:
		return with(70, id, options)
	case fail:
		return with(8, 68, id, options, []string{"com.error", "wamp.error.unavailable", "wamp.error.canceled", "a..b"}[s.uri%4])
	}
	return with(int(s.uri), id, options)
}

// program is a seed.
type program []step

func (p program) octets() (all []byte) {
	for _, s := range p {
		all = append(all, s.octets()...)
	}
	return all
}

// fuzzSeeds go through every part of the state machine once.
var fuzzSeeds = []program{
	scene(), // only comes and goes
	scene(step{kind: subscribe, id: 1}, step{kind: publish, actor: 1, id: 1, options: 1, payload: 2}, step{kind: unsubscribe, id: 2, uri: 1}),
	scene(step{kind: register, id: 1}, step{kind: call, actor: 1, id: 1, payload: 2}, step{kind: yield, id: 1, payload: 2}, step{kind: unregister, id: 2, uri: 1}),
	scene(step{kind: register, id: 1}, step{kind: call, actor: 1, id: 1, options: 1}, step{kind: yield, id: 1, options: 1}, step{kind: cancel, actor: 1, id: 1, options: 1}, step{kind: fail, id: 1}),
	scene(step{kind: register, id: 1}, step{kind: call, actor: 1, id: 1, options: 2}, step{kind: call, actor: 1, id: 1, options: 2}, step{kind: call, actor: 1, id: 1}, step{kind: yield, id: 1}),
	scene(step{kind: register, id: 1}, step{kind: call, actor: 1, id: 1, options: 8}, step{kind: call, actor: 1, id: 2}, step{kind: disconnect}, step{kind: goodbye, actor: 1}),
	scene(step{kind: register, id: 1, options: 4}, step{kind: register, actor: 1, id: 1, options: 4}, step{kind: call, id: 2}, step{kind: fail, id: 1, uri: 1}, step{kind: fail, actor: 1, id: 1, uri: 1}),
	scene(step{kind: call, id: 1, uri: 8, payload: 11}, step{kind: call, id: 2, uri: 8, payload: 12}, step{kind: subscribe, actor: 1, id: 1}, step{kind: call, actor: 1, id: 2, uri: 10}),
	scene(step{kind: publish, id: 1, options: 8, payload: 2}, step{kind: subscribe, actor: 1, id: 1, options: 4}, step{kind: subscribe, actor: 1, id: 2, uri: 5}, step{kind: publish, id: 2, uri: 5}, step{kind: call, actor: 1, id: 3, uri: 18, payload: 15}),
	scene(step{kind: subscribe, id: 1, uri: 6}, step{kind: subscribe, id: 2, uri: 23}, step{kind: subscribe, actor: 1, id: 1, options: 1}, step{kind: call, actor: 1, id: 2, uri: 21}, step{kind: abort, actor: 1}),
	scene(step{kind: register, id: 1}, step{kind: call, actor: 1, id: 1, options: 1 << 5, payload: 16}, step{kind: yield, id: 1, options: 2, payload: 16}),
	scene(step{kind: odd, uri: 33, id: 1}),
	scene(step{kind: publish, damaged: true, uri: 3, payload: 7}, step{kind: octets, actor: 1, id: 0x5b}),
	scene(step{kind: hello}, step{kind: goodbye, actor: 1}, step{kind: hello, actor: 1, payload: 1}, step{kind: authenticate, actor: 1}),
	{{kind: subscribe, id: 1}, {kind: authenticate, actor: 1}},
}

// scene lets both actors join, do something, and leave.
func scene(steps ...step) program {
	return slices.Concat(
		program{{kind: hello, payload: 1}, {kind: hello, actor: 1, payload: 1}},
		steps,
		program{{kind: goodbye}, {kind: goodbye, actor: 1}},
	)
}
