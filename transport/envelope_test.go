package transport

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

// A socket may take any number of octets at a time: whatever those numbers are,
// what it gets in the end has to be the same WebSocket frames.
func TestEnvelopesSurviveWritesOfAnySize(t *testing.T) {
	for _, framing := range []framing{serverFraming, clientFraming} {
		for _, format := range []wamp.Format{wamp.JSON, wamp.CBOR} {
			for seed := range uint64(100) {
				t.Run(fmt.Sprint(framing, format, seed), func(t *testing.T) {
					checkEnvelopes(t, framing, format, rand.New(rand.NewPCG(seed, 0)))
				})
			}
		}
	}
}

func checkEnvelopes(t *testing.T, framing framing, format wamp.Format, random *rand.Rand) {
	q := &queue{format: format, framing: framing, limit: 64 << 20, share: framing == serverFraming}
	q.batchMessages()
	var messages, pings [][]byte
	var written []byte
	for range 200 {
		switch random.IntN(10) {
		case 0:
			ping := fmt.Append(nil, "ping ", len(pings))
			pings = append(pings, ping)
			q.sendPing(ping)
		case 1, 2, 3, 4:
			size := random.IntN(50)
			if random.IntN(10) == 0 {
				size = random.IntN(80_000)
			}
			message := bytes.Repeat([]byte{byte('a' + len(messages)%26)}, size)
			messages = append(messages, message)
			if err := q.sendFrame(message); err != nil {
				t.Fatal(err)
			}
		default:
			written = append(written, writeSome(q, random.IntN(5000))...)
		}
	}
	for q.queued() > 0 {
		written = append(written, writeSome(q, 1+random.IntN(100_000))...)
	}
	gotMessages, gotPings := readEnvelopes(t, framing, format, written)
	if !equal(gotMessages, messages) {
		t.Errorf("got %d messages that differ from the %d sent", len(gotMessages), len(messages))
	}
	if !equal(gotPings, pings) {
		t.Errorf("got the pings %q, want %q", gotPings, pings)
	}
	if len(q.envelopes.list) != 0 || len(q.chunks) != 0 {
		t.Errorf("an empty queue has %d envelopes and %d chunks", len(q.envelopes.list), len(q.chunks))
	}
}

// writeSome takes up to n octets of what is to be written next.
func writeSome(q *queue, n int) []byte {
	b := batches.Get().(*batch)
	defer b.release()
	q.gather(b)
	all := bytes.Join(b.buffers[:b.count], nil)
	all = all[:min(n, len(all))]
	q.advance(len(all))
	return all
}

// readEnvelopes takes WebSocket frames apart.
func readEnvelopes(t *testing.T, framing framing, format wamp.Format, data []byte) (messages, pings [][]byte) {
	for len(data) > 0 {
		kind, n := data[0], int(data[1]&0x7F)
		data = data[2:]
		switch n {
		case 126:
			n, data = int(binary.BigEndian.Uint16(data)), data[2:]
		case 127:
			n, data = int(binary.BigEndian.Uint64(data)), data[8:]
		}
		var key uint32
		if framing == clientFraming {
			key, data = binary.LittleEndian.Uint32(data), data[4:]
		}
		content := bytes.Clone(data[:n])
		mask(content, key)
		data = data[n:]
		if kind == opPing {
			pings = append(pings, content)
			continue
		}
		if kind != opcode(messageFrame, format) {
			t.Fatalf("frame begins with %x", kind)
		}
		alone := len(messages)
		for len(content) > 0 {
			message, rest, err := unbatch(format, content, DefaultMaxMessage)
			if err != nil {
				t.Fatal(err)
			}
			messages, content = append(messages, message), rest
		}
		if n > maxEnvelope && len(messages) > alone+1 {
			t.Errorf("%d messages share %d octets", len(messages)-alone, n)
		}
	}
	return messages, pings
}

func equal(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}
