package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// The procedures of this file, as generated code would describe them.
var (
	countProcedure = runtime.Procedure{URI: "com.test.stream.count", Progressive: true, Errors: deviceErrors}
	sumProcedure   = runtime.Procedure{URI: "com.test.stream.sum", Input: true, Errors: deviceErrors}
	flashProcedure = runtime.Procedure{URI: "com.test.stream.flash", Input: true, Progressive: true}
	echoProcedure  = runtime.Procedure{URI: "com.test.stream.echo", Input: true, Progressive: true, Errors: deviceErrors}
)

// streams is a service whose methods are what users of the generator write.
type streams struct {
	ended chan error // why a stream ended on the callee's side
}

// Count yields from to, or an error behind half of them.
func (s *streams) Count(_ context.Context, from, to int64) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		for n := from; n < to; n++ {
			if !yield(n, nil) {
				return
			}
		}
		if from > to {
			yield(0, &notFound{ID: "count"})
		}
	}
}

// Sum adds numbers, and stops at the first negative one.
func (s *streams) Sum(_ context.Context, offset int64, numbers iter.Seq2[int64, error]) (int64, error) {
	for n, err := range numbers {
		if err != nil {
			s.end(err)
			return 0, err
		}
		if n < 0 {
			return 0, errBusy
		}
		offset += n
	}
	return offset, nil
}

// Flash reports each chunk, and returns how long they were.
func (s *streams) Flash(_ context.Context, board string, progress func(percent int64) error, image iter.Seq2[[]byte, error]) (string, error) {
	size := 0
	for chunk, err := range image {
		if err != nil {
			s.end(err)
			return "", err
		}
		size += len(chunk)
		if err := progress(int64(size)); err != nil {
			s.end(err)
			return "", err
		}
	}
	return fmt.Sprint(board, size), nil
}

// Echo returns what it gets.
func (s *streams) Echo(_ context.Context, in iter.Seq2[string, error]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for line, err := range in {
			if line == "fail" {
				err = &notFound{ID: "echo"}
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

func (s *streams) end(err error) {
	select {
	case s.ended <- err:
	default:
	}
}

// serveStreams registers the service the way generated code does.
func serveStreams(t testing.TB, callee *runtime.Session, opts ...runtime.RegisterOption) *streams {
	t.Helper()
	s := &streams{ended: make(chan error, 1)}
	_, err := callee.RegisterProcedures(t.Context(), []runtime.ProcedureHandler{
		{Procedure: &countProcedure, Handle: func(ctx context.Context, in *runtime.Values, _ *runtime.Args) error {
			from, to := in.Int("from", 64), in.Int("to", 64)
			if err := in.Err(); err != nil {
				return err
			}
			err := runtime.SendResults(ctx, s.Count(ctx, from, to), (*runtime.Args).Int)
			if err != nil {
				s.end(err)
			}
			return err
		}},
		{Procedure: &sumProcedure, Handle: func(ctx context.Context, in *runtime.Values, out *runtime.Args) error {
			offset := in.Int("offset", 64)
			if err := in.Err(); err != nil {
				return err
			}
			sum, err := s.Sum(ctx, offset, runtime.InputFrom(ctx, readInt))
			if err != nil {
				return err
			}
			out.Int(sum)
			return nil
		}},
		{Procedure: &flashProcedure, Handle: func(ctx context.Context, in *runtime.Values, out *runtime.Args) error {
			board := in.String("board")
			if err := in.Err(); err != nil {
				return err
			}
			progress := func(percent int64) error {
				return runtime.SendProgress(ctx, func(args *runtime.Args) { args.Int(percent) })
			}
			sum, err := s.Flash(ctx, board, progress, runtime.InputFrom(ctx, readBytes))
			if err != nil {
				return err
			}
			out.String(sum)
			return nil
		}},
		{Procedure: &echoProcedure, Handle: func(ctx context.Context, in *runtime.Values, _ *runtime.Args) error {
			if err := in.Err(); err != nil {
				return err
			}
			err := runtime.SendResults(ctx, s.Echo(ctx, runtime.InputFrom(ctx, readString)), (*runtime.Args).String)
			if err != nil {
				s.end(err)
			}
			return err
		}},
	}, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func readInt(in *runtime.Values) int64     { return in.Int("item", 64) }
func readBytes(in *runtime.Values) []byte  { return in.Bytes("item") }
func readString(in *runtime.Values) string { return in.String("item") }

// streamClient calls the service the way generated code does.
type streamClient struct{ client runtime.Client }

func (c *streamClient) Count(ctx context.Context, from, to int64) iter.Seq2[int64, error] {
	return runtime.CallResults(ctx, c.client, &countProcedure, func(args *runtime.Args) {
		args.Int(from)
		args.Int(to)
	}, readInt)
}

func (c *streamClient) Sum(ctx context.Context, offset int64, numbers iter.Seq2[int64, error]) (int64, error) {
	args := runtime.NewArgs()
	args.Int(offset)
	out, err := c.client.CallInput(ctx, &sumProcedure, args, runtime.InputOf(numbers, (*runtime.Args).Int))
	if err != nil {
		return 0, err
	}
	sum := out.Int("sum", 64)
	return sum, out.Err()
}

func (c *streamClient) Flash(ctx context.Context, board string, progress func(percent int64) error, image iter.Seq2[[]byte, error]) (string, error) {
	args := runtime.NewArgs()
	args.String(board)
	out, err := c.client.CallInputProgress(ctx, &flashProcedure, args, runtime.InputOf(image, (*runtime.Args).Bytes), func(in *runtime.Values) error {
		percent := in.Int("percent", 64)
		if err := in.Err(); err != nil {
			return err
		}
		return progress(percent)
	})
	if err != nil {
		return "", err
	}
	sum := out.String("sum")
	return sum, out.Err()
}

func (c *streamClient) Echo(ctx context.Context, in iter.Seq2[string, error]) iter.Seq2[string, error] {
	return runtime.CallInputResults(ctx, c.client, &echoProcedure, nil, runtime.InputOf(in, (*runtime.Args).String), readString)
}

// onStreams runs a test with the service and a client of it, once per way to reach the router.
func onStreams(t *testing.T, test func(t *testing.T, p *place, s *streams, c *streamClient)) {
	onEachLink(t, func(t *testing.T, p *place) {
		s := serveStreams(t, p.session())
		test(t, p, s, &streamClient{runtime.NewClient(p.session())})
	})
}

// seq is a sequence of values, and behind them an error if there is one.
func seq[T any](err error, values ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

// collect ranges over a sequence to its end.
func collect[T any](s iter.Seq2[T, error]) (all []T, err error) {
	for v, err := range s {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

func TestResultsOneByOne(t *testing.T) {
	onStreams(t, func(t *testing.T, _ *place, _ *streams, c *streamClient) {
		counts := c.Count(t.Context(), -1, 300)
		for range 2 { // each range is a call
			all, err := collect(counts)
			if err != nil || len(all) != 301 || all[0] != -1 || all[300] != 299 {
				t.Errorf("got %d items: %v, %v", len(all), all, err)
			}
		}
		if all, err := collect(c.Count(t.Context(), 5, 5)); err != nil || len(all) != 0 {
			t.Errorf("got %v, %v from an empty stream", all, err)
		}
	})
}

func TestErrorWithinResultsIsTyped(t *testing.T) {
	onStreams(t, func(t *testing.T, _ *place, _ *streams, c *streamClient) {
		_, err := collect(c.Count(t.Context(), 3, 1))
		var missing *notFound
		if !errors.As(err, &missing) || missing.ID != "count" {
			t.Errorf("got %v", err)
		}
		all, err := collect(c.Echo(t.Context(), seq(nil, "a", "b", "fail", "c")))
		missing = nil
		if !errors.As(err, &missing) || missing.ID != "echo" || strings.Join(all, "") != "ab" {
			t.Errorf("got %v, %v", all, err)
		}
	})
}

func TestLeavingTheResultsCancelsTheCall(t *testing.T) {
	onStreams(t, func(t *testing.T, _ *place, s *streams, c *streamClient) {
		for n, err := range c.Count(t.Context(), 0, 1<<40) {
			if err != nil {
				t.Fatal(err)
			}
			if n == 10 {
				break
			}
		}
		if err := await(t, s.ended); !errors.Is(err, context.Canceled) {
			t.Errorf("the stream ended with %v", err)
		}
		if all, err := collect(c.Count(t.Context(), 0, 3)); err != nil || len(all) != 3 {
			t.Errorf("afterwards: %v, %v", all, err)
		}
	})
}

func TestArgumentsOneByOne(t *testing.T) {
	onStreams(t, func(t *testing.T, _ *place, _ *streams, c *streamClient) {
		var numbers []int64
		want := int64(1000)
		for n := range int64(500) {
			numbers = append(numbers, n)
			want += n
		}
		if sum, err := c.Sum(t.Context(), 1000, seq(nil, numbers...)); err != nil || sum != want {
			t.Errorf("sum = %d, %v, want %d", sum, err, want)
		}
		if sum, err := c.Sum(t.Context(), 7, seq[int64](nil)); err != nil || sum != 7 {
			t.Errorf("sum of nothing = %d, %v", sum, err)
		}
		if sum, err := c.Sum(t.Context(), 7, nil); err != nil || sum != 7 {
			t.Errorf("sum of nil = %d, %v", sum, err)
		}
	})
}

func TestErrorInTheInputIsTheCalls(t *testing.T) {
	onStreams(t, func(t *testing.T, _ *place, s *streams, c *streamClient) {
		errDisk := errors.New("disk on fire")
		_, err := c.Sum(t.Context(), 0, seq[int64](errDisk, 1, 2))
		if !errors.Is(err, errDisk) {
			t.Errorf("got %v", err)
		}
		if err := await(t, s.ended); !errors.Is(err, context.Canceled) {
			t.Errorf("the callee's input ended with %v", err)
		}
		if _, err := collect(c.Echo(t.Context(), seq(errDisk, "a"))); !errors.Is(err, errDisk) {
			t.Errorf("got %v", err)
		}
	})
}

// A callee that has answered stops the input, which learns of it from its yield.
func TestAnswerBeforeTheEndOfTheInput(t *testing.T) {
	onStreams(t, func(t *testing.T, _ *place, _ *streams, c *streamClient) {
		stopped := make(chan struct{})
		_, err := c.Sum(t.Context(), 0, func(yield func(int64, error) bool) {
			defer close(stopped)
			for yield(-1, nil) {
			}
		})
		if !errors.Is(err, errBusy) {
			t.Errorf("got %v", err)
		}
		await(t, stopped)
		if sum, err := c.Sum(t.Context(), 1, seq[int64](nil, 2)); err != nil || sum != 3 {
			t.Errorf("afterwards: %d, %v", sum, err)
		}
	})
}

func TestInputWithProgressAndResult(t *testing.T) {
	onStreams(t, func(t *testing.T, _ *place, _ *streams, c *streamClient) {
		var reports []int64
		sum, err := c.Flash(t.Context(), "board", func(percent int64) error {
			reports = append(reports, percent)
			return nil
		}, seq(nil, []byte("abc"), nil, []byte{0, 255}))
		if err != nil || sum != "board5" || fmt.Sprint(reports) != "[3 3 5]" {
			t.Errorf("got %q, %v, reports %v", sum, err, reports)
		}
	})
}

func TestErrorOfTheProgressFunctionCancelsTheCall(t *testing.T) {
	onStreams(t, func(t *testing.T, _ *place, s *streams, c *streamClient) {
		errEnough := errors.New("enough")
		_, err := c.Flash(t.Context(), "board", func(int64) error { return errEnough }, func(yield func([]byte, error) bool) {
			for yield([]byte("x"), nil) {
			}
		})
		if err != errEnough {
			t.Errorf("got %v", err)
		}
		if err := await(t, s.ended); !errors.Is(err, context.Canceled) {
			t.Errorf("the callee ended with %v", err)
		}
	})
}

// Each line is sent when the answer to the one before has come.
func TestConversation(t *testing.T) {
	onStreams(t, func(t *testing.T, _ *place, _ *streams, c *streamClient) {
		answers := make(chan string, 1)
		lines := func(yield func(string, error) bool) {
			line := "x"
			for yield(line, nil) && len(line) < 20 {
				line = <-answers + "x"
			}
		}
		var last string
		for line, err := range c.Echo(t.Context(), lines) {
			if err != nil {
				t.Fatal(err)
			}
			last = line
			answers <- line
		}
		if last != strings.Repeat("x", 20) {
			t.Errorf("got %q", last)
		}
	})
}

func TestLeavingAConversation(t *testing.T) {
	onStreams(t, func(t *testing.T, _ *place, s *streams, c *streamClient) {
		stopped := make(chan struct{})
		lines := func(yield func(string, error) bool) {
			defer close(stopped)
			for yield("x", nil) {
			}
		}
		n := 0
		for _, err := range c.Echo(t.Context(), lines) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 10 {
				break
			}
		}
		await(t, stopped)
		if err := await(t, s.ended); !errors.Is(err, context.Canceled) {
			t.Errorf("the callee ended with %v", err)
		}
	})
}

// The call ends with its context, whatever the input does.
func TestInputThatBlocks(t *testing.T) {
	onStreams(t, func(t *testing.T, _ *place, s *streams, c *streamClient) {
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		ended := make(chan struct{})
		_, err := c.Sum(ctx, 0, func(yield func(int64, error) bool) {
			defer close(ended)
			if !yield(1, nil) {
				t.Error("the first item is refused")
			}
			cancel()
			<-release
			if yield(2, nil) {
				t.Error("the input goes on after the call's end")
			}
		})
		if !errors.Is(err, context.Canceled) || !errors.Is(err, wamp.ErrCanceled) {
			t.Errorf("got %v", err)
		}
		if err := await(t, s.ended); !errors.Is(err, context.Canceled) {
			t.Errorf("the callee's input ended with %v", err)
		}
		close(release)
		await(t, ended)
	})
}

func TestInputThatPanics(t *testing.T) {
	p := newPlace(t, links[0])
	s := serveStreams(t, p.session())
	c := &streamClient{runtime.NewClient(p.session())}
	defer func() {
		if text := fmt.Sprint(recover()); !strings.Contains(text, "boom") || !strings.Contains(text, "TestInputThatPanics") {
			t.Errorf("got panic %s", text)
		}
		if err := await(t, s.ended); !errors.Is(err, context.Canceled) {
			t.Errorf("the callee's input ended with %v", err)
		}
	}()
	_, err := c.Sum(t.Context(), 0, func(func(int64, error) bool) { panic("boom") })
	t.Errorf("no panic, but %v", err)
}

func TestItemThatCannotBeEncoded(t *testing.T) {
	p := newPlace(t, links[0])
	s := serveStreams(t, p.session())
	c := &streamClient{runtime.NewClient(p.session())}
	_, err := collect(c.Echo(t.Context(), seq(nil, "a", "\xff")))
	var encode *runtime.EncodeError
	if !errors.As(err, &encode) {
		t.Errorf("got %v", err)
	}
	if err := await(t, s.ended); !errors.Is(err, context.Canceled) {
		t.Errorf("the callee's input ended with %v", err)
	}
}
