package thermostat

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
)

// Limits of what a target may be, in degrees Celsius.
const (
	minTarget     = 5
	maxTarget     = 30
	initialTarget = 19
)

// Building implements [Fleet] in memory and tells of every change through
// events: an ordinary Go type that knows nothing of WAMP.
type Building struct {
	events FleetEvents

	mu      sync.Mutex
	devices map[string]*Thermostat // guarded by mu
}

var _ Fleet = (*Building)(nil)

// NewBuilding returns a building without thermostats.
func NewBuilding(events FleetEvents) *Building {
	return &Building{events: events, devices: map[string]*Thermostat{}}
}

// Install implements [Fleet].
func (b *Building) Install(ctx context.Context, req InstallRequest) (*Thermostat, error) {
	b.mu.Lock()
	id := fmt.Sprintf("%s-%d", strings.ToLower(strings.ReplaceAll(req.Room, " ", "-")), len(b.devices)+1)
	device := Thermostat{ID: id, Room: req.Room, Floor: req.Floor, Target: initialTarget, Mode: Idle, Tags: req.Tags}
	stored := device
	b.devices[id] = &stored
	b.mu.Unlock()
	return &device, b.events.Installed(ctx, device)
}

// SetTarget implements [Fleet].
func (b *Building) SetTarget(ctx context.Context, id string, celsius float64) (float64, time.Duration, error) {
	previous, err := b.setTarget(id, celsius)
	if err != nil {
		return 0, 0, err
	}
	ready := time.Duration(math.Abs(celsius-previous)*4) * time.Minute
	return previous, ready, b.events.TargetChanged(ctx, id, previous, celsius, time.Now())
}

func (b *Building) setTarget(id string, celsius float64) (previous float64, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	device, ok := b.devices[id]
	switch {
	case !ok:
		return 0, &NotInstalled{ID: id}
	case device.Locked:
		return 0, ErrChildLock
	case celsius < minTarget || celsius > maxTarget:
		return 0, &OutOfRange{Celsius: celsius, Min: minTarget, Max: maxTarget}
	}
	previous, device.Target = device.Target, celsius
	switch {
	case celsius > previous:
		device.Mode = Heating
	case celsius < previous:
		device.Mode = Cooling
	}
	return previous, nil
}

// Lock implements [Fleet].
func (b *Building) Lock(_ context.Context, id string, on bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	device, ok := b.devices[id]
	if !ok {
		return &NotInstalled{ID: id}
	}
	device.Locked = on
	return nil
}

// List implements [Fleet].
func (b *Building) List(_ context.Context, floor *int) ([]Thermostat, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []Thermostat
	for _, device := range b.devices {
		if floor == nil || device.Floor == *floor {
			found = append(found, *device)
		}
	}
	slices.SortFunc(found, func(x, y Thermostat) int { return strings.Compare(x.ID, y.ID) })
	return found, nil
}
