package wampgen_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/captures"
)

// devices implements captures.Devices: it says what it got.
type devices struct{}

func (devices) Reset(_ context.Context, id captures.ID, hard bool, tenant string) (string, error) {
	return spaced(id, hard, tenant), nil
}

func (devices) Open(_ context.Context, tenant string, port captures.Port, on bool, delta int8) (string, error) {
	return spaced(tenant, port, on, delta), nil
}

func (devices) Color(_ context.Context, c captures.Color, tenant string, at netip.Prefix, req captures.Request) (string, error) {
	text, err := c.MarshalText()
	return spaced(string(text), tenant, at, req.Name), err
}

func (devices) Tail(_ context.Context, tenant string, id uint64, n int) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for i := range n {
			if !yield(spaced(tenant, id, i), nil) {
				return
			}
		}
	}
}

func (devices) Ping(_ context.Context, tenant string) error {
	return wamp.NewError("com.example.tenant."+wamp.ErrorURI(tenant), "pong")
}

// files implements captures.Files.
type files struct{}

func (files) Read(_ context.Context, path string) ([]byte, error) { return []byte(path), nil }

func (files) Write(_ context.Context, content []byte, path captures.ID) (int, error) {
	return len(content) + len(path), nil
}

func TestURIsCarryParameters(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		ctx := t.Context()
		if _, err := captures.RegisterDevices(ctx, service, devices{}); err != nil {
			t.Fatal(err)
		}
		if _, err := captures.RegisterFiles(ctx, service, files{}); err != nil {
			t.Fatal(err)
		}
		client := captures.NewDevicesClient(session)
		got, err := client.Reset(ctx, "d7", true, "acme")
		check(t, "Reset", err, got, "d7 true acme")
		got, err = client.Open(ctx, "acme", 65535, false, -128)
		check(t, "Open", err, got, "acme 65535 false -128")
		got, err = client.Color(ctx, captures.Named("red"), "acme", netip.MustParsePrefix("::/8"), captures.Request{Name: "n"})
		check(t, "Color", err, got, "red acme ::/8 n")
		items, err := collect(client.Tail(ctx, "acme", 1<<63, 2))
		check(t, "Tail", err, items, []string{"acme 9223372036854775808 0", "acme 9223372036854775808 1"})
		var answer *wamp.Error
		if err := client.Ping(ctx, "acme"); !errors.As(err, &answer) || answer.URI != "com.example.tenant.acme" {
			t.Errorf("Ping: %v", err)
		}
		reader := captures.NewFilesClient(session)
		content, err := reader.Read(ctx, "a.b.c")
		check(t, "Read", err, string(content), "a.b.c")
		n, err := reader.Write(ctx, []byte("xyz"), "a")
		check(t, "Write", err, n, 4)

		// What the URI of another client says is checked, too.
		_, err = session.Call(ctx, "com.example.captures.acme.v2.open.70000.true.1")
		if !errors.Is(err, wamp.ErrInvalidArgument) || !strings.Contains(err.Error(), "port") {
			t.Errorf("a number that does not fit: %v", err)
		}
	})
}

func TestValuesThatNoURICanHold(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		ctx := t.Context()
		if _, err := captures.RegisterDevices(ctx, service, devices{}); err != nil {
			t.Fatal(err)
		}
		client := captures.NewDevicesClient(session)
		for _, id := range []captures.ID{"", "a.b", "a b", "#"} {
			_, err := client.Reset(ctx, id, true, "acme")
			var remote *wamp.Error
			if !errors.Is(err, wamp.ErrInvalidURI) || errors.As(err, &remote) && remote.Remote {
				t.Errorf("%q: %v", id, err)
			}
			for _, err := range client.Tail(ctx, string(id), 1, 1) {
				if !errors.Is(err, wamp.ErrInvalidURI) {
					t.Errorf("%q in a stream: %v", id, err)
				}
			}
		}
		publisher := captures.NewEventsPublisher(session)
		//lint:ignore SA1019 what is deprecated still works
		if err := publisher.Log(ctx, "line", "a..b"); !errors.Is(err, wamp.ErrInvalidURI) {
			t.Errorf("a rest with an empty component: %v", err)
		}
	})
}

// logbook implements captures.Events.
type logbook struct{ heard chan string }

func (l *logbook) Status(_ context.Context, id captures.ID, online bool) error {
	l.heard <- fmt.Sprint("status ", id, " ", online)
	return nil
}

func (l *logbook) Log(_ context.Context, line, path string) error {
	l.heard <- fmt.Sprint("log ", path, " ", line)
	return nil
}

func (l *logbook) Moved(_ context.Context, to int, id captures.ID) error {
	l.heard <- fmt.Sprint("moved ", id, " ", to)
	return nil
}

func TestTopicsCarryParameters(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		ctx := t.Context()
		l := &logbook{make(chan string, 1)}
		if _, err := captures.SubscribeEvents(ctx, session, l); err != nil {
			t.Fatal(err)
		}
		publisher := captures.NewEventsPublisher(service)
		check(t, "Status", publisher.Status(ctx, "d1", true), next(t, l.heard), "status d1 true")
		//lint:ignore SA1019 what is deprecated still works
		check(t, "Log", publisher.Log(ctx, "hello", "var.log"), next(t, l.heard), "log var.log hello")
		check(t, "Moved", publisher.Moved(ctx, -5, "d2"), next(t, l.heard), "moved d2 -5")
	})
}
