package router

// Sharded subscription (Advanced Profile, section of that name): of the members
// that name a node key, an event that has a resource key is for those of one node,
// the same for every event with the same key as long as the same nodes are there.
// Members without a node key get every event, and events without a resource key
// are for every member.

// nodes are the node keys of a subscription's members, as far as they have one; nil
// if nobody has. The subscription's mu guards them.
type nodes map[*membership]string

// note notes a member's node key. An empty one forgets it.
func (n *nodes) note(m *membership, key string) {
	if key == "" {
		delete(*n, m)
		return
	}
	if *n == nil {
		*n = make(nodes)
	}
	(*n)[m] = key
}

// elsewhere reports whether a member belongs to another node than this one.
func (n nodes) elsewhere(m *membership, node string) bool {
	key := n[m]
	return key != "" && key != node
}

// nodeOf is the node that a resource key belongs to; empty if there is none.
func (sub *subscription) nodeOf(rkey string) (node string) {
	sub.mu.RLock()
	defer sub.mu.RUnlock()
	for _, key := range sub.nodes {
		if node == "" || byWeight(key, node, rkey) > 0 {
			node = key
		}
	}
	return node
}
