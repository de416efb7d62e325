package router_test

import (
	"fmt"
	"testing"

	"github.com/wampkit/wampkit/router"
)

// TestShardedSubscription holds the router to how it reads the chapter of that
// name, which names nkey and rkey and leaves the rest open.
func TestShardedSubscription(t *testing.T) {
	onEachLink(t, router.Config{}, func(t *testing.T, r *place) {
		if r.announced(t, "broker")["sharded_subscription"] != true {
			t.Error("not announced")
		}
		publisher, all := r.join(), r.join()
		all.subscribe(`{"match":"wildcard"}`, "com.sensor..temperature")
		nodes := []*peer{r.join(), r.join(), r.join(), r.joinWith(trusting)}
		keys := []string{"node1", "node2", "node3", "node3"} // the last two are one node
		for i, p := range nodes {
			p.subscribe(fmt.Sprintf(`{"match":"wildcard","nkey":%q}`, keys[i]), "com.sensor..temperature")
		}
		// publish returns the node that gets the event.
		publish := func(options string, n int) string {
			t.Helper()
			publisher.say(`[16,%d,{"acknowledge":true%s},"com.sensor.sn%d.temperature",[%d]]`, publisher.next(), options, n, n)
			publisher.hear(`[17,"*","*"]`)
			all.hear(`[36,"*","*","*",[%d]]`, n)
			got := ""
			for i, p := range nodes {
				request := p.next()
				p.say(`[34,%d,1000000]`, request)
				m, err := p.receive()
				if err != nil {
					t.Fatal(err)
				}
				if m.items[0] == int64(36) {
					p.hear(`[8,34,%d,{},"*","*"]`, request)
					if i < 3 {
						got += keys[i]
					} else if got[len(got)-5:] != keys[i] {
						t.Errorf("one session of %s gets event %d, the other does not", keys[i], n)
					}
				}
			}
			return got
		}
		counts := map[string]int{}
		owner := map[int]string{}
		for n := range 60 {
			owner[n] = publish(fmt.Sprintf(`,"rkey":"sn%d"`, n), n)
			counts[owner[n]]++
		}
		for _, key := range keys {
			if counts[key] < 6 {
				t.Errorf("%s gets %d of 60 events: %v", key, counts[key], counts)
			}
		}
		if len(counts) != 3 {
			t.Errorf("events go to %v", counts)
		}
		if got := publish("", 1); got != "node1node2node3" {
			t.Errorf("an event without a key goes to %q", got)
		}
		// Who subscribes again belongs to the node that it names now: here, none.
		nodes[0].subscribe(`{"match":"wildcard"}`, "com.sensor..temperature")
		nodes[1].say(`[6,{},"wamp.close.close_realm"]`)
		nodes[1].hear(`[6,{},"wamp.close.goodbye_and_out"]`)
		nodes = append(nodes[:1], nodes[2:]...)
		for n := range 20 {
			publisher.say(`[16,%d,{"acknowledge":true,"rkey":"sn%d"},"com.sensor.sn%d.temperature",[%d]]`, publisher.next(), n, n, n)
			publisher.hear(`[17,"*","*"]`)
			for _, p := range append(nodes, all) { // node3 is the only one that is left
				p.hear(`[36,"*","*","*",[%d]]`, n)
			}
		}
	})
}
