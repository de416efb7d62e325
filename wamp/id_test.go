package wamp

import "testing"

func TestW007RangeOfIDs(t *testing.T) {
	for id, want := range map[ID]bool{0: false, 1: true, 1 << 53: true, 1<<53 + 1: false, 1<<64 - 1: false} {
		if got := id.Valid(); got != want {
			t.Errorf("%d: valid is %v", id, got)
		}
	}
}

func TestW009NextWraps(t *testing.T) {
	for id, want := range map[ID]ID{0: 1, 1: 2, MaxID - 1: MaxID, MaxID: 1, MaxID + 1: 1} {
		if got := id.Next(); got != want {
			t.Errorf("next of %d is %d, want %d", id, got, want)
		}
	}
}

// The mean of 4000 uniform draws has a standard deviation of 0.0046 of the
// range; the bounds are more than twenty of these away.
func TestW008RandomIDsCoverTheRange(t *testing.T) {
	const draws = 4000
	seen, sum := map[ID]bool{}, 0.0
	for range draws {
		id := RandomID()
		if !id.Valid() {
			t.Fatalf("%d is out of range", id)
		}
		if seen[id] {
			t.Errorf("%d is drawn twice", id)
		}
		seen[id] = true
		sum += float64(id) / float64(MaxID)
	}
	if mean := sum / draws; mean < 0.4 || mean > 0.6 {
		t.Errorf("mean is %v of the range", mean)
	}
}
