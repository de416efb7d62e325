package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// version is a parameter that travels as its text.
type version struct{ major, minor int }

func (v version) MarshalText() ([]byte, error) {
	if v.major < 0 {
		return nil, errors.New("negative version")
	}
	return fmt.Appendf(nil, "%d-%d", v.major, v.minor), nil
}

func (v *version) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "%d-%d", &v.major, &v.minor)
	return err
}

var (
	turnProcedure = runtime.Procedure{
		URI: "com.test.robot..turn....", Match: wamp.MatchWildcard,
		Captures: []string{"name", "degrees", "speed", "version", "dry"},
	}
	fileProcedure = runtime.Procedure{URI: "com.test.file.", Match: wamp.MatchPrefix, Captures: []string{"path"}}
)

// turn calls turnProcedure the way generated code does.
func turn(ctx context.Context, c *runtime.Client, name string, degrees int64, speed uint64, v version, dry bool) (string, error) {
	args := runtime.NewArgs()
	args.CaptureString("name", name)
	args.CaptureInt("degrees", degrees)
	args.CaptureUint("speed", speed)
	args.CaptureText("version", v)
	args.CaptureBool("dry", dry)
	args.String("please")
	out, err := c.Call(ctx, &turnProcedure, args)
	if err != nil {
		return "", err
	}
	said := out.String("said")
	return said, out.Err()
}

func registerTurn(t *testing.T, s *runtime.Session) {
	t.Helper()
	_, err := s.RegisterProcedures(t.Context(), []runtime.ProcedureHandler{{
		Procedure: &turnProcedure,
		Handle: func(_ context.Context, in *runtime.Values, out *runtime.Args) error {
			name := in.CaptureString("name")
			degrees := in.CaptureInt("degrees", 16)
			speed := in.CaptureUint("speed", 8)
			var v version
			in.CaptureText("version", &v)
			dry := in.CaptureBool("dry")
			how := in.String("how")
			if err := in.Err(); err != nil {
				return err
			}
			out.String(fmt.Sprint(name, degrees, speed, v, dry, how))
			return nil
		},
	}, {
		Procedure: &fileProcedure,
		Handle: func(_ context.Context, in *runtime.Values, out *runtime.Args) error {
			path := in.CaptureRest("path")
			if err := in.Err(); err != nil {
				return err
			}
			out.String(path)
			return nil
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCapturesTravelInTheURI(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		registerTurn(t, p.session())
		client := runtime.NewClient(p.session())
		said, err := turn(t.Context(), &client, "björn", -30, 200, version{1, 2}, true)
		if err != nil || said != "björn-30 200 {1 2} trueplease" {
			t.Errorf("got %q, %v", said, err)
		}
		for _, path := range []string{"readme", "a.b.c"} {
			args := runtime.NewArgs()
			args.CaptureRest("path", path)
			out, err := client.Call(t.Context(), &fileProcedure, args)
			if err != nil {
				t.Fatal(err)
			}
			if got := out.String("path"); got != path || out.Err() != nil {
				t.Errorf("got %q", got)
			}
		}
	})
}

func TestCaptureThatIsNoPartOfAURI(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	tests := map[string]func(*runtime.Args){
		"empty":               func(a *runtime.Args) { a.CaptureString("path", "") },
		"a dot":               func(a *runtime.Args) { a.CaptureString("path", "a.b") },
		"a hash":              func(a *runtime.Args) { a.CaptureString("path", "a#b") },
		"white space":         func(a *runtime.Args) { a.CaptureString("path", "a b") },
		"no UTF-8":            func(a *runtime.Args) { a.CaptureString("path", "a\xff") },
		"a text with dots":    func(a *runtime.Args) { a.CaptureText("path", netip.MustParseAddr("10.0.0.1")) },
		"an empty rest":       func(a *runtime.Args) { a.CaptureRest("path", "") },
		"a rest with a hole":  func(a *runtime.Args) { a.CaptureRest("path", "a..b") },
		"a rest with a space": func(a *runtime.Args) { a.CaptureRest("path", "a. .b") },
		"none":                func(*runtime.Args) {},
		"too many": func(a *runtime.Args) {
			a.CaptureInt("path", 1)
			a.CaptureInt("path", 2)
		},
	}
	client := runtime.NewClient(s)
	events := runtime.NewEventClient(s)
	for name, capture := range tests {
		args := runtime.NewArgs()
		capture(args)
		_, err := client.Call(t.Context(), &fileProcedure, args)
		if !errors.Is(err, wamp.ErrInvalidURI) || !strings.Contains(err.Error(), `"path"`) {
			t.Errorf("call with %s: %v", name, err)
		}
		args = runtime.NewArgs()
		capture(args)
		err = events.Publish(t.Context(), &runtime.Topic{URI: "com.test..status", Match: wamp.MatchWildcard, Captures: []string{"path"}}, args)
		if !errors.Is(err, wamp.ErrInvalidURI) || !strings.Contains(err.Error(), `"path"`) {
			t.Errorf("publish with %s: %v", name, err)
		}
	}
	if _, err := turn(t.Context(), &client, "a", 1, 1, version{-1, 0}, false); err == nil || !strings.Contains(err.Error(), `"version": negative version`) {
		t.Errorf("got %v", err)
	}
	go func() { _, _ = s.Call(t.Context(), "com.test.next") }()
	if m := router.expect(wamp.TypeCall).(*wamp.Call); m.Request != 1 {
		t.Errorf("something was sent before: the next request has id %d", m.Request)
	}
}

func TestCaptureThatDoesNotFit(t *testing.T) {
	p := newPlace(t, links[0])
	registerTurn(t, p.session())
	caller := p.session()
	tests := map[wamp.URI]string{
		"com.test.robot.a.turn.x.1.1-2.true":     `argument "degrees": want an integer in the URI, got "x"`,
		"com.test.robot.a.turn.32768.1.1-2.true": `argument "degrees": integer in the URI does not fit into 16 bits`,
		"com.test.robot.a.turn.1.-1.1-2.true":    `argument "speed": want an unsigned integer in the URI, got "-1"`,
		"com.test.robot.a.turn.1.256.1-2.true":   `argument "speed": integer in the URI does not fit into 8 bits`,
		"com.test.robot.a.turn.1.1.1x2.true":     `argument "version": "1x2" in the URI`,
		"com.test.robot.a.turn.1.1.1-2.yes":      `argument "dry": want true or false in the URI, got "yes"`,
	}
	for uri, want := range tests {
		_, err := caller.Call(t.Context(), uri, "please")
		if e := remote(t, err, wamp.ErrInvalidArgument); !strings.Contains(e.Message(), want) {
			t.Errorf("%s: got %v", uri, e)
		}
	}
}

func TestRouterThatDoesNotSayWhatWasCalled(t *testing.T) {
	s, router := joinPeer(t, wamp.CBOR, allFeatures)
	go func() {
		for id := range wamp.ID(2) {
			router.expect(wamp.TypeRegister)
			router.send(&wamp.Registered{Request: id + 1, Registration: id + 1})
		}
		router.send(&wamp.Invocation{Request: 1, Registration: 1})
	}()
	registerTurn(t, s)
	m := router.expect(wamp.TypeError).(*wamp.ErrorMessage)
	var message string
	if _, err := decodeArgs(m.Payload, &message); err != nil || m.URI != wamp.ErrInvalidArgument || !strings.Contains(message, `argument "name": missing in the URI`) {
		t.Errorf("got %s %s %v", m.URI, message, err)
	}
}

func TestCapturesOfTopics(t *testing.T) {
	onEachLink(t, func(t *testing.T, p *place) {
		publisher, subscriber := runtime.NewEventClient(p.session()), p.session()
		status := runtime.Topic{URI: "com.test...status", Match: wamp.MatchWildcard, Captures: []string{"kind", "id"}, Acknowledge: true}
		logs := runtime.Topic{URI: "com.test.logs.", Match: wamp.MatchPrefix, Captures: []string{"from"}, Acknowledge: true}
		got := make(chan string, 2)
		_, err := subscriber.SubscribeTopics(t.Context(), []runtime.TopicHandler{
			{Topic: &status, Handle: func(_ context.Context, in *runtime.Values) error {
				kind, id := in.CaptureString("kind"), in.CaptureUint("id", 64)
				got <- fmt.Sprint(kind, id, in.Bool("up"))
				return in.Err()
			}},
			{Topic: &logs, Handle: func(_ context.Context, in *runtime.Values) error {
				got <- in.CaptureRest("from")
				return in.Err()
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		args := runtime.NewArgs()
		args.CaptureString("kind", "boiler")
		args.CaptureUint("id", 1<<63)
		args.Bool(true)
		if err := publisher.Publish(t.Context(), &status, args); err != nil {
			t.Fatal(err)
		}
		if s := await(t, got); s != "boiler9223372036854775808 true" {
			t.Errorf("got %s", s)
		}
		args = runtime.NewArgs()
		args.CaptureRest("from", "kitchen.oven")
		if err := publisher.Publish(t.Context(), &logs, args); err != nil {
			t.Fatal(err)
		}
		if s := await(t, got); s != "kitchen.oven" {
			t.Errorf("got %s", s)
		}
	})
}

func TestAbsent(t *testing.T) {
	p := newPlace(t, links[0])
	callee, caller := p.session(), p.session()
	_, err := callee.RegisterProcedures(t.Context(), []runtime.ProcedureHandler{{
		Procedure: &runtime.Procedure{URI: "com.test.find"},
		Handle: func(_ context.Context, in *runtime.Values, out *runtime.Args) error {
			limit, order := int64(10), "up"
			name := in.String("name")
			if !in.Absent("limit") {
				limit = in.Int("limit", 0)
			}
			if !in.Absent("order") {
				order = in.String("order")
			}
			if err := in.Err(); err != nil {
				return err
			}
			out.String(fmt.Sprint(name, limit, order))
			return nil
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		args     []any
		keywords map[string]any
		want     string
	}{
		{[]any{"x"}, nil, "x10up"},
		{[]any{"x", 0}, nil, "x0up"},
		{[]any{"x", nil, "down"}, nil, "x10down"},
		{[]any{"x"}, map[string]any{"order": "down"}, "x10down"},
		{nil, map[string]any{"name": "x", "limit": nil, "order": ""}, "x10"},
		{[]any{"x", 3}, map[string]any{"limit": 4}, "given both"},
		{[]any{"x", "3"}, nil, "want an integer"},
		{[]any{"x", nil, nil, nil}, nil, "1 more than the 3 expected"},
		{nil, nil, "missing"},
	}
	for _, test := range tests {
		ctx, _ := runtime.NewCallContext(t.Context(), runtime.WithKeywords(test.keywords))
		result, err := caller.Call(ctx, "com.test.find", test.args...)
		got := fmt.Sprint(err)
		if err == nil {
			got = result.Args[0].(string)
		}
		if err == nil && got != test.want || !strings.Contains(got, test.want) {
			t.Errorf("%v %v: got %s, want %s", test.args, test.keywords, got, test.want)
		}
	}
}
