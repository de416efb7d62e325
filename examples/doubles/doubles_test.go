package doubles_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/wampkit/wampkit/examples/doubles"
	"github.com/wampkit/wampkit/runtime/wamptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const limit = 30

// A mock does what the test says, in Go alone: nothing is encoded, nothing is sent. Use it
// for the logic of your code. What the test does not expect, it does not set: a call of it panics.
func TestWithMocks(t *testing.T) {
	greenhouse := &doubles.GreenhouseMock{
		ReadFunc: func(context.Context, string) (float64, error) { return 35, nil },
		OpenFunc: func(context.Context, int) error { return nil },
	}
	keeper := doubles.Keeper{Greenhouse: greenhouse, Alarms: &doubles.AlarmsMock{}, Limit: limit}
	if err := keeper.Check(t.Context(), "roof"); err != nil {
		t.Fatal(err)
	}
	calls := greenhouse.OpenCalls()
	if len(calls) != 1 || calls[0].Percent != 100 {
		t.Errorf("windows were opened %v", calls)
	}
}

// A mock of a stream is an iterator; that the keeper stops reading can be seen, too.
func TestStreamsWithMocks(t *testing.T) {
	read := 0
	greenhouse := &doubles.GreenhouseMock{
		FollowFunc: func(context.Context, string) iter.Seq2[float64, error] {
			return func(yield func(float64, error) bool) {
				for _, celsius := range []float64{20, 31, 99} {
					read++
					if !yield(celsius, nil) {
						return
					}
				}
			}
		},
	}
	keeper := doubles.Keeper{Greenhouse: greenhouse, Limit: limit}
	celsius, err := keeper.WaitUntilHot(t.Context(), "roof")
	if err != nil || celsius != 31 || read != 2 {
		t.Errorf("got %g after %d, %v", celsius, read, err)
	}
}

// A recorder takes what a generated publisher publishes, as it would travel: use it to see
// topics, options and encoded arguments.
func TestWithARecorder(t *testing.T) {
	events := wamptest.NewRecorder()
	greenhouse := &doubles.GreenhouseMock{
		ReadFunc: func(context.Context, string) (float64, error) { return 35, nil },
		OpenFunc: func(context.Context, int) error { return doubles.ErrJammed },
	}
	keeper := doubles.Keeper{Greenhouse: greenhouse, Alarms: doubles.NewAlarmsPublisher(events), Limit: limit}
	if err := keeper.Check(t.Context(), "roof"); err != nil {
		t.Fatal(err)
	}
	hot := wamptest.EventsOn[float64](t, events, "com.example.greenhouse.roof.hot")
	if !slices.Equal(hot, []float64{35}) {
		t.Errorf("alarms %v, of %v", hot, events.All())
	}
}

// A caller answers what a generated client calls: use it to try what peers of other
// languages send, or errors of the protocol.
func TestWithACaller(t *testing.T) {
	caller := wamptest.NewCaller()
	caller.Answer(doubles.GreenhouseReadURI, 35) // an integer, as JavaScript sends it
	caller.Fail(doubles.GreenhouseOpenURI, doubles.ErrJammed)
	client := doubles.NewGreenhouseClient(caller)

	if celsius, err := client.Read(t.Context(), "roof"); err != nil || celsius != 35 {
		t.Errorf("got %g, %v", celsius, err)
	}
	if err := client.Open(t.Context(), 50); !errors.Is(err, doubles.ErrJammed) {
		t.Errorf("got %v", err)
	}
	if calls := caller.Calls(doubles.GreenhouseOpenURI); len(calls) != 1 || calls[0].Args[0] != int64(50) {
		t.Errorf("got %v", calls)
	}
}

// A router in the process is the real thing without a socket: codec, router, sessions. Use it
// for the way through all of it, streams and cancellation included. Mocks can be served like
// any implementation.
func TestWithARouter(t *testing.T) {
	router := wamptest.New(t)
	stopped := make(chan struct{})
	greenhouse := &doubles.GreenhouseMock{
		FollowFunc: func(context.Context, string) iter.Seq2[float64, error] {
			return func(yield func(float64, error) bool) {
				defer close(stopped)
				for celsius := 20.0; yield(celsius, nil); celsius++ {
				}
			}
		},
		ReadFunc: func(context.Context, string) (float64, error) { return 35, nil },
		OpenFunc: func(context.Context, int) error { return doubles.ErrJammed },
	}
	if _, err := doubles.RegisterGreenhouse(t.Context(), router.Session(t), greenhouse); err != nil {
		t.Fatal(err)
	}
	heard := make(chan string, 1)
	alarms := &doubles.AlarmsMock{HotFunc: func(_ context.Context, sensor string, _ float64) error {
		heard <- sensor
		return nil
	}}
	if _, err := doubles.SubscribeAlarms(t.Context(), router.Session(t), alarms); err != nil {
		t.Fatal(err)
	}

	session := router.Session(t)
	keeper := doubles.Keeper{Greenhouse: doubles.NewGreenhouseClient(session), Alarms: doubles.NewAlarmsPublisher(session), Limit: limit}
	celsius, err := keeper.WaitUntilHot(t.Context(), "roof")
	if err != nil || celsius != 31 {
		t.Errorf("got %g, %v", celsius, err)
	}
	<-stopped // the keeper left its loop, and so did the greenhouse, at the other end
	if err := keeper.Check(t.Context(), "roof"); err != nil {
		t.Fatal(err)
	}
	if sensor := <-heard; sensor != "roof" {
		t.Errorf("the alarm is about %s", sensor)
	}
}
