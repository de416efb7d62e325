package interop

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wampkit/wampkit/examples/quickstart/thermostat"
	"github.com/wampkit/wampkit/wamp"
)

// serveThermostats serves the quickstart's service for a foreign caller.
func serveThermostats(t *testing.T, ctx context.Context, url string) {
	t.Helper()
	callee := dial(t, ctx, url)
	building := thermostat.NewBuilding(thermostat.NewFleetEventsPublisher(callee))
	if _, err := thermostat.RegisterFleet(ctx, callee, building); err != nil {
		t.Fatal(err)
	}
}

// checkSeen compares what a foreign caller of the thermostats printed.
func checkSeen(t *testing.T, output []byte) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(output, &got); err != nil {
		t.Fatalf("%v in %s", err, output)
	}
	for _, name := range []string{"invalidArgument", "noSuchProcedure"} {
		blankMessage(t, got[name])
	}
	if diff := cmp.Diff(wantFromGo, got); diff != "" {
		t.Errorf("the foreign client saw something else (-want +got):\n%s", diff)
	}
}

var wantFromGo = map[string]any{
	"byKeywords": map[string]any{
		"id": "library-1", "room": "Library", "floor": 1.0, "target": 19.0, "mode": "idle", "locked": false, "tags": []any{"quiet"},
	},
	"byDict": map[string]any{
		"id": "attic-2", "room": "Attic", "floor": 3.0, "target": 19.0, "mode": "idle", "locked": false,
	},
	"setTarget":        []any{19.0, float64(10 * time.Minute)},
	"setTargetByNames": []any{21.5, float64(6 * time.Minute)},
	"list":             []any{"library-1"},
	"lock":             []any{},
	"event":            []any{"library-1", 19.0, 21.5},
	"locked": map[string]any{
		"uri": "com.example.thermostat.child_lock", "message": "the child lock is on", "kwargs": map[string]any{},
	},
	"outOfRange": map[string]any{
		"uri": "com.example.thermostat.out_of_range", "message": "99 °C is outside 5 to 30 °C",
		"kwargs": map[string]any{"celsius": 99.0, "min": 5.0, "max": 30.0},
	},
	"notInstalled": map[string]any{
		"uri": "com.example.thermostat.not_installed", "message": `no thermostat "nowhere" is installed`,
		"kwargs": map[string]any{"id": "nowhere"},
	},
	"invalidArgument": map[string]any{
		"uri": "wamp.error.invalid_argument", "message": "?", "kwargs": map[string]any{},
	},
	"noSuchProcedure": map[string]any{
		"uri": "wamp.error.no_such_procedure", "message": "?", "kwargs": map[string]any{},
	},
}

// blankMessage replaces a message whose exact words are not promised by "?".
func blankMessage(t *testing.T, failure any) {
	t.Helper()
	f, _ := failure.(map[string]any)
	if message, _ := f["message"].(string); message == "" {
		t.Errorf("error without a message: %v", failure)
		return
	}
	f["message"] = "?"
}

// useThermostats uses, through the generated client, thermostats that a foreign callee serves.
func useThermostats(t *testing.T, ctx context.Context, url string) {
	session := dial(t, ctx, url)
	fleet := thermostat.NewFleetClient(session)

	installed := make(chan thermostat.Thermostat, 1)
	_, err := thermostat.SubscribeFleetEventsInstalled(ctx, session, func(_ context.Context, device thermostat.Thermostat) error {
		installed <- device
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	want := thermostat.Thermostat{ID: "lab-1", Room: "Lab", Floor: 2, Target: 19, Mode: thermostat.Idle, Tags: []string{"wet"}}
	device, err := fleet.Install(ctx, thermostat.InstallRequest{Room: "Lab", Floor: 2, Tags: []string{"wet"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, device); diff != "" {
		t.Errorf("Install (-want +got):\n%s", diff)
	}
	select {
	case event := <-installed:
		if diff := cmp.Diff(want, event); diff != "" {
			t.Errorf("Installed event (-want +got):\n%s", diff)
		}
	case <-ctx.Done():
		t.Fatal("the event did not arrive")
	}

	previous, ready, err := fleet.SetTarget(ctx, "lab-1", 21)
	if err != nil || previous != 19 || ready != 90*time.Second {
		t.Errorf("SetTarget = %v, %v, %v", previous, ready, err)
	}
	floor := 2
	if list, err := fleet.List(ctx, &floor); err != nil || len(list) != 1 || list[0].ID != "lab-1" {
		t.Errorf("List(2) = %v, %v", list, err)
	}
	if list, err := fleet.List(ctx, nil); err != nil || len(list) != 1 {
		t.Errorf("List(nil) = %v, %v", list, err)
	}

	var outOfRange *thermostat.OutOfRange
	if _, _, err := fleet.SetTarget(ctx, "lab-1", 50); !errors.As(err, &outOfRange) || *outOfRange != (thermostat.OutOfRange{Celsius: 50, Min: 5, Max: 30}) {
		t.Errorf("SetTarget(50): %v (%+v)", err, outOfRange)
	}
	var notInstalled *thermostat.NotInstalled
	if _, _, err := fleet.SetTarget(ctx, "moon", 20); !errors.As(err, &notInstalled) || notInstalled.ID != "moon" {
		t.Errorf("SetTarget(moon): %v", err)
	}
	if err := fleet.Lock(ctx, "lab-1", true); err != nil {
		t.Errorf("Lock: %v", err)
	}
	if _, _, err := fleet.SetTarget(ctx, "lab-1", 20); !errors.Is(err, thermostat.ErrChildLock) {
		t.Errorf("SetTarget on a locked device: %v", err)
	}
	if _, err := session.Call(ctx, "com.example.nowhere"); !errors.Is(err, wamp.ErrNoSuchProcedure) {
		t.Errorf("unknown procedure: %v", err)
	}
}
