package runtime

import (
	"math/rand/v2"
	"testing"

	"github.com/wampkit/wampkit/wamp"
)

// A table of requests under way behaves like a map, whichever of them are answered and in what order.
func TestInflightIsAMap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, outstanding := range []int{1, 15, 100, 5000} {
		var table inflight[wamp.ID]
		model := map[wamp.ID]*wamp.ID{}
		var waiting []wamp.ID
		next := wamp.ID(random.IntN(1000))
		for range 30000 {
			if len(waiting) < outstanding && random.IntN(2) == 0 {
				next++
				value := next
				model[next] = &value
				waiting = append(waiting, next)
				if n := table.put(next, &value); n != len(model) {
					t.Fatalf("put(%d) = %d, want %d", next, n, len(model))
				}
				if table.put(next, &value) != 0 {
					t.Fatalf("put(%d) twice", next)
				}
				continue
			}
			id := next - wamp.ID(random.IntN(outstanding))
			if len(waiting) > 0 && random.IntN(4) > 0 {
				at := random.IntN(len(waiting))
				if random.IntN(100) > 0 {
					at = len(waiting) - 1 // mostly the latest, so that some grow old
				}
				id = waiting[at]
				waiting = append(waiting[:at], waiting[at+1:]...)
			}
			if _, there := model[id]; there {
				seen := false
				table.with(id, func(value *wamp.ID) { seen = value == model[id] })
				if !seen {
					t.Fatalf("with(%d) does not find it", id)
				}
				if table.takeIf(id, func(*wamp.ID) bool { return false }) != nil {
					t.Fatalf("takeIf(%d) takes what is not wanted", id)
				}
			}
			if got := table.take(id); got != model[id] {
				t.Fatalf("take(%d) = %v, want %v", id, got, model[id])
			}
			if _, there := model[id]; there {
				delete(model, id)
				for i, w := range waiting {
					if w == id {
						waiting = append(waiting[:i], waiting[i+1:]...)
						break
					}
				}
			}
			if table.len() != len(model) {
				t.Fatalf("len() = %d, want %d", table.len(), len(model))
			}
		}
		left := table.close()
		if len(left) != len(model) {
			t.Errorf("close() returns %d, want %d", len(left), len(model))
		}
		for _, value := range left {
			if model[*value] != value {
				t.Errorf("close() returns %d", *value)
			}
		}
		if table.put(next+1, &next) != 0 {
			t.Error("put after close")
		}
	}
}

func TestSkipFindsTheEndOfAValue(t *testing.T) {
	for _, c := range []struct {
		value string
		ok    bool
	}{
		{"\x00", true}, {"\x18\xff", true}, {"\x1b12345678", true}, {"\x39ab", true},
		{"\x43abc", true}, {"\x63abc", true}, {"\x80", true}, {"\x82\x01\x61a", true}, {"\xa1\x61a\x82\x01\x02", true},
		{"\x9f\x01\x82\x02\x03\xff", true}, {"\xbf\x61a\x9f\xff\xff", true}, {"\x5f\x41a\x42bc\xff", true},
		{"\xc1\x1a1234", true}, {"\xf4", true}, {"\xfb12345678", true},
		{"", false}, {"\x18", false}, {"\x43ab", false}, {"\x82\x01", false}, {"\x9f\x01", false}, {"\x9f\x82\x01\xff\x02", false},
		{"\xff", false}, {"\x1f", false}, {"\x1c", false}, {"\xc1", false}, {"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", false},
		{"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff\x00", false}, {"\x5b\xff\xff\xff\xff\xff\xff\xff\xffabc", false},
	} {
		n, err := skip([]byte(c.value + "rest")[:len(c.value)])
		if (err == nil) != c.ok || c.ok && n != len(c.value) {
			t.Errorf("skip(%x) = %d, %v", c.value, n, err)
		}
		if c.ok {
			if n, err := skip([]byte(c.value + "\x00")); err != nil || n != len(c.value) {
				t.Errorf("skip(%x and more) = %d, %v", c.value, n, err)
			}
		}
	}
}
