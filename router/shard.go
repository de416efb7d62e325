package router

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/wampkit/wampkit/wamp"
)

// Sharded registration (Advanced Profile, section of that name), which is a
// sketch: CALL.Options.runmode and rkey choose among the callees that share a
// registration, each of which is a shard. "partition" gives the call to the shard
// that the resource key belongs to, "all" to every one of them (see gathering).
// Callees that have not announced the feature are no shards.

// callShards routes a call that names a run mode or a resource key.
func (d *dealer) callShards(o *outbox, s *session, m *wamp.Call) *violation {
	if uri, message := unsharded(m); uri != "" {
		s.refuse(o, wamp.TypeCall, m.Request, uri, message)
		return nil
	}
	var gone []*session // they have left, or are leaving
	for {
		reg, shards := d.shardsOf(m, gone)
		switch {
		case reg == nil:
			if served, v := d.callRouter(o, s, m); served {
				return v
			}
			return d.refuseUnserved(o, s, m)
		case len(shards) == 0 && len(gone) > 0:
			return d.refuseUnserved(o, s, m)
		case len(shards) == 0:
			s.refuse(o, wamp.TypeCall, m.Request, wamp.ErrFeatureNotSupported,
				fmt.Sprintf("no callee of %q has announced %s", m.Procedure, wamp.FeatureShardedRegistration))
			return nil
		case m.Options.RunMode == wamp.RunModeAll:
			return d.callAll(o, s, m, reg, shards)
		}
		a := attempt{caller: s, call: m, bound: true}
		if done, v := d.offer(o, &a, reg, shards); done {
			return v
		}
		gone = append(gone, shards...)
	}
}

// unsharded says what is wrong with the run mode of a call, or nothing. A resource
// key alone stands for a partitioned call.
func unsharded(m *wamp.Call) (wamp.ErrorURI, string) {
	switch options := &m.Options; options.RunMode {
	case "":
	case wamp.RunModePartition:
		if options.RKey == "" {
			return wamp.ErrInvalidArgument, "CALL with the run mode partition needs a resource key: rkey"
		}
	case wamp.RunModeAll:
		switch {
		case options.Progress:
			return wamp.ErrFeatureNotSupported, "CALL with the run mode all comes in one piece"
		case !options.ReceiveProgress:
			return wamp.ErrInvalidArgument, "CALL with the run mode all has a result for each callee: it needs receive_progress"
		}
	default:
		return wamp.ErrInvalidArgument, fmt.Sprintf("CALL with the unknown run mode %q", options.RunMode)
	}
	return "", ""
}

// shardsOf finds the registration that a call is routed to and the callees that
// the call is for, without those that are gone: the one that its resource key
// belongs to, or all.
func (d *dealer) shardsOf(m *wamp.Call, gone []*session) (*registration, []*session) {
	reg, callees := d.serving(m.Procedure)
	if reg == nil {
		return nil, nil
	}
	var shards []*session
	for _, callee := range callees {
		if callee.roles.Supports(wamp.RoleCallee, wamp.FeatureShardedRegistration) && !slices.Contains(gone, callee) {
			shards = append(shards, callee)
		}
	}
	if m.Options.RunMode == wamp.RunModeAll || len(shards) == 0 {
		return reg, shards
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	owner := slices.MaxFunc(shards, func(a, b *session) int {
		return byWeight(reg.shardName(a), reg.shardName(b), m.Options.RKey)
	})
	return reg, []*session{owner}
}

// shardName is the name of a callee as a shard: that of REGISTER.Options.rkey, or
// its session id. dealer.mu is held.
func (r *registration) shardName(callee *session) string {
	if name := r.names[callee]; name != "" {
		return name
	}
	return strconv.FormatUint(uint64(callee.id), 10)
}

// nameShard notes the name that a callee gives itself. dealer.mu is held.
func (r *registration) nameShard(callee *session, name string) {
	if name == "" {
		return
	}
	if r.names == nil {
		r.names = make(map[*session]string)
	}
	r.names[callee] = name
}
