package conformance

// Canary is a pair of sessions that notices when what others do harms the
// router. It speaks another serializer on another transport than they do.
type Canary struct{ callee, caller *Peer }

// Canary joins a canary.
func (t *T) Canary() *Canary {
	here := Link{RawSocket, t.link.Format%3 + 1}
	there := Link{WebSocket, (t.link.Format+1)%3 + 1}
	c := &Canary{t.Peer(over(here)), t.Peer(over(there))}
	c.callee.Register("canary.sing")
	c.callee.Subscribe("canary.heard")
	return c
}

// Sing makes a call and publishes an event, which have to arrive, and nothing else.
func (c *Canary) Sing() {
	c.callee.Serves(c.caller, "canary.sing")
	c.caller.Publish("canary.heard", "tweet")
	c.callee.Expect(36, anID, anID, d{}, l{"tweet"})
}
