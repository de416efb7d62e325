package router_test

import (
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/codec"
)

// canary is a pair of sessions that notices when somebody else's bytes harm
// the router.
type canary struct{ callee, caller *peer }

func newCanary(r *place) *canary {
	c := &canary{r.joinBy(link{"pipe", wamp.CBOR}), r.joinBy(link{"pipe", wamp.JSON})}
	c.callee.register(`{}`, "canary.sing")
	c.callee.subscribe(`{}`, "canary.heard")
	return c
}

// sing checks that calls and events go through, and nothing else does.
func (c *canary) sing(t *testing.T) {
	t.Helper()
	c.callee.t, c.caller.t = t, t
	c.caller.say(`[48,%d,{},"canary.sing",["tweet"]]`, c.caller.next())
	invocation := c.callee.hear(`[68,"*","*",{},["tweet"]]`).id(1)
	c.callee.say(`[70,%d,{},["tweet tweet"]]`, invocation)
	c.caller.hear(`[50,%d,{},["tweet tweet"]]`, c.caller.last)
	c.caller.publish("canary.heard", "")
	c.callee.hear(`[36,"*","*",{}]`)
}

// samples are messages of every kind that a client sends.
var samples = []string{
	`[1,"realm1",{"roles":{"caller":{"features":{"call_canceling":true}},"subscriber":{}},"authmethods":["anonymous"],"agent":"x"}]`,
	`[3,{"message":"x"},"com.reason",[1],{"a":2}]`,
	`[5,"secret",{"a":1}]`,
	`[6,{},"wamp.close.close_realm"]`,
	`[8,68,1,{},"com.error",["x",-1.5e300,null],{"a":[]}]`,
	`[16,1,{"acknowledge":true,"exclude":[1,2],"eligible_authrole":["x"],"exclude_me":false},"com.topic",["\u0000AAEC"],{"k":{"l":[1,2,3]}}]`,
	`[32,2,{"match":"wildcard"},"com..topic"]`,
	`[34,3,1]`,
	`[48,4,{"timeout":1000,"receive_progress":true,"disclose_me":true},"com.procedure",[1,2,18446744073709551615]]`,
	`[49,4,{"mode":"kill"}]`,
	`[64,5,{"match":"prefix","invoke":"roundrobin"},"com.procedure"]`,
	`[66,6,2]`,
	`[70,1,{"progress":true},[true],{"b":"ü"}]`,
	`[16,1,{"retain":true,"rkey":"k","eligible":[1],"exclude_authid":["x"]},"com.topic",[1]]`,
	`[16,1,{"ppt_scheme":"x_a","ppt_serializer":"cbor","ppt_cipher":"c","ppt_keyid":"k"},"com.topic",["\u0000AAEC"]]`,
	`[32,2,{"match":"prefix","get_retained":true,"nkey":"n"},"com."]`,
	`[48,4,{"runmode":"all","rkey":"k","receive_progress":true},"com.procedure",[1]]`,
	`[48,4,{"progress":true},"com.procedure",[1]]`,
	`[48,4,{},"wamp.subscription.get_events",[1],{"limit":3,"reverse":true,"from_time":"2026-01-01T00:00:00Z","topic":"com.topic"}]`,
	`[48,4,{},"wamp.session.add_testament",["com.topic",[1],{"a":2}],{"scope":"detached","publish_options":{"retain":true}}]`,
	`[48,4,{},"wamp.registration.match",["com.procedure"]]`,
	`[64,5,{"match":"wildcard","invoke":"last","concurrency":3,"force_reregister":true,"forward_timeout":true,"runmode":"partition","rkey":"r"},"com..procedure"]`,
}

// everyFeature is everyRole of a client that announces what opens more ways into the router.
const everyFeature = `{"roles":{
	"caller":{"features":{"progressive_call_invocations":true,"progressive_call_results":true,"payload_passthru_mode":true,"call_canceling":true}},
	"callee":{"features":{"progressive_call_invocations":true,"progressive_call_results":true,"call_canceling":true,"call_reroute":true,
		"call_timeout":true,"sharded_registration":true,"payload_passthru_mode":true}},
	"publisher":{"features":{"payload_passthru_mode":true}},
	"subscriber":{"features":{"payload_passthru_mode":true,"publication_trustlevels":true}}}}`

// mutate changes a few octets of a frame.
func mutate(random *rand.Rand, frame []byte) []byte {
	frame = append([]byte(nil), frame...)
	for range 1 + random.IntN(4) {
		i := random.IntN(len(frame) + 1)
		switch random.IntN(4) {
		case 0:
			frame = frame[:i]
		case 1:
			frame = append(frame[:i:i], append([]byte{byte(random.Uint32())}, frame[i:]...)...)
		case 2:
			j := random.IntN(len(frame) + 1)
			frame = append(frame[:i:i], frame[min(i, j):]...)
		case 3:
			if i < len(frame) {
				frame[i] = byte(random.Uint32())
			}
		}
	}
	return frame
}

func TestHostileMessagesHarmNobodyElse(t *testing.T) {
	for _, l := range []link{{"tcp", wamp.JSON}, {"tcp", wamp.MsgPack}, {"tcp", wamp.CBOR}} {
		t.Run(l.String(), func(t *testing.T) {
			r := start(t, router.Config{Limits: router.Limits{Linger: time.Millisecond}, Realms: []router.RealmConfig{{
				Name: "realm1", History: []router.HistoryConfig{{URI: "com.", Match: wamp.MatchPrefix}},
			}}}, l)
			c := newCanary(r)
			random := rand.New(rand.NewPCG(7, uint64(l.format)))
			for range 400 {
				p := r.dial()
				if random.IntN(4) > 0 {
					p.hello("realm1", []string{everyRole, everyFeature}[random.IntN(2)])
				}
				for range 1 + random.IntN(3) {
					sample := transcode(t, l.format, samples[random.IntN(len(samples))])
					if random.IntN(3) > 0 {
						sample = mutate(random, sample)
					}
					p.sayOctets(sample)
				}
				p.conn.Close()
				c.sing(t)
			}
		})
	}
}

func TestHostileOctetsHarmNobodyElse(t *testing.T) {
	r := start(t, router.Config{Limits: router.Limits{Linger: time.Millisecond, HandshakeTimeout: 50 * time.Millisecond}}, links[1])
	c := newCanary(r)
	random := rand.New(rand.NewPCG(7, 7))
	openings := []string{
		"", "\x7f", "\x7f\xf1\x00\x00", "\x7f\xf3\x00\x00\x00\x00\x00\x04", "\x7f\xf2\x00\x00\x07\xff\xff\xff", "\x7f\x01\x00\x00\x08\x00\x00\x00",
		"GET /ws HTTP/1.1\r\nHost: x\r\n", "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: wamp.2.json\r\n\r\n",
		"\x16\x03\x01", "SSH-2.0-x\r\n",
	}
	for i := range 100 {
		conn, err := net.Dial("tcp", r.address)
		if err != nil {
			t.Fatal(err)
		}
		noise := make([]byte, random.IntN(200))
		for i := range noise {
			noise[i] = byte(random.Uint32())
		}
		conn.SetDeadline(time.Now().Add(patience))
		io.WriteString(conn, openings[i%len(openings)])
		conn.Write(noise)
		if i%2 == 0 {
			io.Copy(io.Discard, conn) // until the router has had enough
		}
		conn.Close()
		c.sing(t)
	}
}

// FuzzSession sends a session whatever the fuzzer comes up with.
func FuzzSession(f *testing.F) {
	for _, format := range wamp.Formats() {
		for _, sample := range samples {
			frame, err := codec.Transcode(nil, wamp.JSON, format, []byte(sample))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(byte(format), true, frame)
			f.Add(byte(format), false, frame)
		}
	}
	r := router.New(router.Config{Logger: slog.New(slog.DiscardHandler)})
	f.Cleanup(func() { r.Shutdown(f.Context()) })
	f.Fuzz(func(t *testing.T, format byte, joined bool, frame []byte) {
		place := &place{Router: r, t: t, link: link{"pipe", wamp.Format(format%3 + 1)}}
		p := place.dial()
		if joined {
			p.hello("realm1", everyFeature)
		}
		p.sayOctets(frame)
		p.conn.Shutdown(nil, time.Second)
		witness := place.joinBy(link{"pipe", wamp.CBOR})
		witness.quiet()
		witness.conn.Close()
	})
}
