package promwamp

import (
	"strings"
	"sync"
)

// other stands for all values behind the bound.
const other = "other"

// bound lets so many values of a label through, whoever comes first: peers choose the
// URIs of errors, and programs may make up those of procedures, but each one costs memory here and
// in Prometheus.
type bound struct {
	most int

	mu    sync.RWMutex
	known map[string]string // guarded by mu
}

func newBound(most int) *bound { return &bound{most: most, known: make(map[string]string)} }

// label is the value, or other.
func (b *bound) label(value string) string {
	b.mu.RLock()
	label, known := b.known[value]
	full := len(b.known) >= b.most
	b.mu.RUnlock()
	switch {
	case known:
		return label
	case full:
		return other
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.known) >= b.most {
		return other
	}
	label = strings.ToValidUTF8(value, "\uFFFD")
	b.known[strings.Clone(value)] = label
	return label
}
