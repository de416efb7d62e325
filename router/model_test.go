package router_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// TestW092_HistoriesAgreeWithTheModel plays short random histories of calls that
// are answered, canceled, too slow, continued, passed on and abandoned, by callees
// that register, unregister and leave, all at the same time. It compares what
// everybody heard with a model of what they may hear, and looks at what the router
// still holds on to when all is over.
func TestW092_HistoriesAgreeWithTheModel(t *testing.T) {
	histories := 1000
	if testing.Short() {
		histories = 200
	}
	r := start(t, router.Config{AutoRealm: &router.RealmConfig{}}, link{"pipe", wamp.CBOR})
	var players sync.WaitGroup
	const parallel = 4
	for n := range parallel {
		players.Go(func() {
			for seed := n; seed < histories && !t.Failed(); seed += parallel {
				playHistory(t, r, uint64(seed))
			}
		})
	}
	players.Wait()
	awaitStats(t, r, func(s router.Stats) bool { return s.Sessions == 0 })
	if got := r.Stats(); got.Violations != 0 {
		t.Errorf("%+v", got)
	}
}

// modelCall is a call as its caller knows it.
type modelCall struct {
	key       string
	timeout   bool
	progress  bool // receive_progress
	chunked   bool
	all       bool // of all shards
	keyed     bool // of one shard
	more      bool // the last chunk is still to be said
	chunks    int
	canceled  bool
	finals    int
	afterward int // messages after the final one
	heard     []string
}

var modelFeatures = []string{
	``,
	`"call_canceling":true`,
	`"call_canceling":true,"progressive_call_results":true,"call_reroute":true`,
	`"call_canceling":true,"progressive_call_results":true,"progressive_call_invocations":true`,
	`"call_canceling":true,"progressive_call_results":true,"progressive_call_invocations":true,"call_reroute":true`,
}

const modelShard = `"sharded_registration":true`

// The callees are told that everything is to be answered by the first round trip of
// these ids, and that all is over by the second one.
const modelSettle, modelBarrier = 999_999, 1_000_000

func playHistory(t *testing.T, r *place, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 5))
	realm := fmt.Sprintf("realm.n%d", seed)
	policy := []string{"single", "roundrobin", "random", "first", "last"}[random.IntN(5)]
	callees := make([]*modelCallee, 1)
	sharded := random.IntN(3) == 0
	if policy != "single" {
		callees = make([]*modelCallee, 1+random.IntN(3))
	}
	var serving, acting, calling sync.WaitGroup
	for i := range callees {
		f := random.IntN(len(modelFeatures))
		features := []string{modelFeatures[f]}
		if sharded || f == 2 {
			features = append(features, modelShard)
		}
		c := &modelCallee{
			cancels: f >= 1, streams: f >= 3, features: strings.TrimPrefix(strings.Join(features, ","), ","), options: fmt.Sprintf(`{"invoke":%q,"concurrency":%d}`, policy, random.IntN(3)), answered: map[wamp.ID]bool{},
			calls: map[wamp.ID]string{}, chunks: map[wamp.ID]int{}, interrupts: map[wamp.ID]int{}, said: map[string]bool{},
		}
		c.peer = r.dial().hello(realm, `{"roles":{"callee":{"features":{`+c.features+`}},"subscriber":{}}}`)
		defer c.conn.Close()
		c.registration = c.register(c.options, "com.procedure")
		callees[i] = c
		private := rand.New(rand.NewPCG(seed, uint64(100+i)))
		serving.Go(func() { c.serve(private) })
	}
	canceling := random.IntN(2) == 0 // else callees answer what is open in the end
	callers := make([]*modelCaller, 1+random.IntN(2))
	acting.Add(len(callers))
	for i := range callers {
		c := &modelCaller{peer: r.dial().hello(realm, `{"roles":{"caller":{"features":{"progressive_call_invocations":true}},"subscriber":{}}}`)}
		defer c.conn.Close()
		callers[i] = c
		private := rand.New(rand.NewPCG(seed, uint64(200+i)))
		calling.Go(func() {
			c.play(private, fmt.Sprintf("c%d", i), callees, sharded)
			acting.Done()
			c.conclude(canceling)
		})
	}
	tell := func(barrier int) {
		for _, c := range callees {
			c.tell(barrier)
		}
	}
	acting.Wait()
	if !canceling {
		tell(modelSettle)
	}
	calling.Wait()
	tell(modelBarrier)
	serving.Wait()
	anybodyLeft := false
	said := map[string]bool{}
	served := map[string]int{}
	for i, c := range callees {
		for _, complaint := range c.complaints {
			t.Errorf("history %d, %s: callee %d {%s}: %s", seed, policy, i, c.features, complaint)
		}
		anybodyLeft = anybodyLeft || c.left || c.absent
		for answer := range c.said {
			said[answer] = true
		}
		for _, key := range c.calls {
			served[key]++
		}
	}
	everybodys := map[string]bool{}
	for _, c := range callers {
		for _, call := range c.calls {
			everybodys[call.key] = call.all
		}
		if !c.left {
			c.listen(true)
			for _, complaint := range c.judge(said, anybodyLeft) {
				t.Errorf("history %d, %s: %s", seed, policy, complaint)
			}
		}
	}
	awaitNoResidue(t, r, seed, realm)
	for key, callees := range served {
		if callees > 1 && !said[key+" wamp.error.unavailable"] && !everybodys[key] {
			t.Errorf("history %d, %s: %d callees got %s", seed, policy, callees, key)
		}
	}
}

// awaitNoResidue waits until the router has forgotten everything but what is there
// to stay. Timers, and sessions that are leaving, may take a moment.
func awaitNoResidue(t *testing.T, r *place, seed uint64, realm string) {
	deadline := time.Now().Add(patience / 3)
	for {
		residue := r.Residue(wamp.URI(realm))
		if residue == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("history %d: %q", seed, residue)
			return
		}
		runtime.Gosched()
	}
}

// modelCaller is a caller with its calls, which are counted from 1.
type modelCaller struct {
	*peer
	calls []*modelCall
	left  bool
	stray []string
}

// play makes calls, continues and cancels them, and perhaps leaves, or closes the
// connection of a callee.
func (c *modelCaller) play(random *rand.Rand, name string, callees []*modelCallee, sharded bool) {
	of := 10 // calls, one is for all shards and one for one of them
	if sharded {
		of = 3
	}
	for range 3 + random.IntN(10) {
		pick := -1
		if len(c.calls) > 0 {
			pick = random.IntN(len(c.calls))
		}
		switch n := random.IntN(20); {
		case n == 0 && random.IntN(3) == 0:
			c.left = true
			c.conn.Close()
			return
		case n == 1 && random.IntN(3) == 0:
			callee := callees[random.IntN(len(callees))]
			callee.kicked.Store(true)
			callee.conn.Close()
		case n < 4:
			for range random.IntN(4) {
				c.listen(true)
			}
		case n < 7 && pick >= 0:
			c.calls[pick].canceled = true
			c.say(`[49,%d,{"mode":%q}]`, pick+1, []string{"skip", "kill", "killnowait"}[random.IntN(3)])
		case n < 14 && pick >= 0 && c.calls[pick].more:
			call := c.calls[pick]
			call.more = random.IntN(3) > 0
			call.chunks++
			c.say(`[48,%d,{"progress":%t},"com.procedure",[%q,%d]]`, pick+1, call.more, call.key, call.chunks)
		default:
			call := &modelCall{
				key: fmt.Sprintf("%s.%d", name, len(c.calls)+1), timeout: random.IntN(4) == 0,
				progress: random.IntN(2) == 0, chunked: random.IntN(3) == 0,
			}
			sharding := ""
			switch random.IntN(of) {
			case 0:
				call.all, call.progress, call.chunked = true, true, false
				sharding = `,"runmode":"all"`
			case 1:
				call.keyed = true
				sharding = fmt.Sprintf(`,"rkey":%q`, call.key)
			}
			call.more = call.chunked
			c.calls = append(c.calls, call)
			timeout := 0
			if call.timeout {
				timeout = 1
			}
			c.say(`[48,%d,{"timeout":%d,"receive_progress":%t,"progress":%t%s},"com.procedure",[%q,0]]`,
				len(c.calls), timeout, call.progress, call.chunked, sharding, call.key)
		}
	}
}

// conclude waits until every call has its answer, or has been canceled.
func (c *modelCaller) conclude(canceling bool) {
	if c.left {
		return
	}
	if canceling {
		for i := range c.calls {
			c.calls[i].canceled = true
			c.say(`[49,%d,{"mode":"skip"}]`, i+1)
		}
	}
	c.listen(false)
}

// listen takes note of messages until every call is answered, or all that were
// sent so far.
func (c *modelCaller) listen(all bool) {
	if all {
		c.say(`[34,%d,%d]`, modelBarrier, wamp.MaxID)
	}
	for all || c.open() {
		m, err := c.receive()
		if err != nil {
			c.stray = append(c.stray, err.Error())
			return
		}
		var request wamp.ID
		final, what := true, "result"
		switch {
		case m.items[0] == int64(50):
			request = m.id(1)
			if m.dict(2)["progress"] == true {
				final, what = false, "progress"
			}
		case m.items[0] == int64(8) && m.items[1] == int64(48):
			request, what = m.id(2), m.items[4].(string)
		case all && m.items[0] == int64(8) && m.id(2) == modelBarrier:
			return
		}
		if request < 1 || int(request) > len(c.calls) {
			c.stray = append(c.stray, m.text)
			continue
		}
		call := c.calls[request-1]
		call.heard = append(call.heard, what)
		if call.finals > 0 {
			call.afterward++
		}
		if final {
			call.finals++
		}
	}
}

func (c *modelCaller) open() bool {
	return slices.ContainsFunc(c.calls, func(call *modelCall) bool { return call.finals == 0 })
}

// judge compares what the caller heard with what the callees said.
func (c *modelCaller) judge(said map[string]bool, anybodyLeft bool) (complaints []string) {
	complaints = c.stray
	for _, call := range c.calls {
		if call.finals != 1 || call.afterward > 0 {
			complaints = append(complaints, fmt.Sprintf("%s heard %q", call.key, call.heard))
		}
		for _, what := range call.heard {
			legitimate := said[call.key+" "+what]
			switch what {
			case "progress":
				legitimate = legitimate && call.progress && !call.all || call.all && said[call.key+" result"]
			case "wamp.error.canceled":
				legitimate = call.canceled || anybodyLeft
			case "wamp.error.timeout":
				legitimate = call.timeout
			case "wamp.error.no_available_callee":
				legitimate = said[call.key+" wamp.error.unavailable"]
			case "wamp.error.no_such_procedure":
				legitimate = anybodyLeft
			case "wamp.error.feature_not_supported":
				legitimate = call.chunked || call.all || call.keyed
			}
			if !legitimate {
				complaints = append(complaints, fmt.Sprintf("%s heard %q, which nothing accounts for", call.key, what))
			}
		}
	}
	return complaints
}
