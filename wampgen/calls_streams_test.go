package wampgen_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wampgen/testdata/golden/streams"
)

// river implements streams.Streams. What ends early is told on ended.
type river struct {
	streams.UnimplementedStreams // has the method whose item type has no name here
	ended                        chan error
}

func (r *river) Count(ctx context.Context, from, to int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for n := from; n <= to; n++ {
			if n > 100 {
				yield(0, fmt.Errorf("count: %w", streams.ErrTorn))
				return
			}
			if !yield(n, nil) {
				return
			}
		}
		if to < 0 { // goes on until somebody stops it
			for n := from; ; n++ {
				if !yield(n, nil) {
					r.ended <- ctx.Err()
					return
				}
			}
		}
	}
}

func (r *river) Lines(_ context.Context, name, prefix string) streams.Lines {
	return sequence(prefix+name+"1", prefix+name+"2")
}

func (r *river) Points(_ context.Context, req streams.Point) streams.Points {
	return streams.Points(sequence(&req, nil, &streams.Point{X: req.X + 1}))
}

func (r *river) Times(context.Context) iter.Seq2[time.Time, error] {
	return sequence(time.Unix(1, 2).UTC(), time.Unix(3, 4).UTC())
}

func (r *river) Lists(_ context.Context, xs ...int) iter.Seq2[[]int, error] {
	return func(yield func([]int, error) bool) {
		for i := range xs {
			if !yield(xs[:i], nil) {
				return
			}
		}
	}
}

func (r *river) Work(_ context.Context, steps int, progress func(int) error) (string, error) {
	for i := range steps {
		if err := progress(i * 10); err != nil {
			return "", err
		}
	}
	return fmt.Sprint(steps, " steps"), nil
}

func (r *river) Report(_ context.Context, report streams.Report, name string) error {
	if err := report(streams.Point{X: len(name)}); err != nil {
		return err
	}
	return &streams.Full{At: len(name)}
}

func (r *river) Maybe(_ context.Context, f func(*streams.Point) error) error {
	return errors.Join(f(nil), f(&streams.Point{X: 1}))
}

func (r *river) Sum(_ context.Context, sum int, numbers iter.Seq2[int, error]) (int, error) {
	for n, err := range numbers {
		if err != nil {
			return 0, err
		}
		if n < 0 {
			return sum, nil // without reading the rest
		}
		sum += n
	}
	return sum, nil
}

func (r *river) Store(_ context.Context, name string, req streams.Point, chunks iter.Seq2[[]byte, error]) (size int, name2 string, err error) {
	for chunk, err := range chunks {
		if err != nil {
			return 0, "", err
		}
		size += len(chunk)
	}
	return size, fmt.Sprint(name, req.X), nil
}

func (r *river) Polygon(_ context.Context, points streams.Points) (area *float64, corners int, err error) {
	var sum float64
	for p, err := range points {
		switch {
		case err != nil:
			return nil, 0, err
		case p != nil:
			sum += p.Y
			area = &sum
		}
		corners++
	}
	return area, corners, nil
}

func (r *river) Drain(_ context.Context, words iter.Seq2[string, error]) error {
	for _, err := range words {
		if err != nil {
			return err
		}
	}
	return streams.ErrTorn
}

func (r *river) Flash(_ context.Context, board string, progress func(int) error, image iter.Seq2[[]byte, error]) (string, error) {
	done := 0
	for chunk, err := range image {
		if err != nil {
			return "", err
		}
		done += len(chunk)
		if err := progress(done); err != nil {
			return "", err
		}
	}
	return fmt.Sprint(board, " ", done), nil
}

func (r *river) Echo(_ context.Context, prefix string, words iter.Seq2[string, error]) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for word, err := range words {
			if !yield(prefix+word, err) || err != nil {
				return
			}
		}
	}
}

func (r *river) Move(_ context.Context, points streams.Points) streams.Points {
	return func(yield func(*streams.Point, error) bool) {
		for p, err := range points {
			if p != nil {
				p.X++
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// sequence is an iterator over values without an error.
func sequence[T any](values ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range values {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// failing is an iterator over values that ends in an error.
func failing[T any](err error, values ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v := range sequence(values...) {
			if !yield(v, nil) {
				return
			}
		}
		var none T
		yield(none, err)
	}
}

// collect ranges to the end.
func collect[T any](seq iter.Seq2[T, error]) (all []T, err error) {
	for item, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}

// onRiver runs a test with a client of a river.
func onRiver(t *testing.T, test func(t *testing.T, client *streams.StreamsClient, impl *river)) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		impl := &river{ended: make(chan error, 1)}
		if _, err := streams.RegisterStreams(t.Context(), service, impl); err != nil {
			t.Fatal(err)
		}
		test(t, streams.NewStreamsClient(session), impl)
	})
}

func TestResultsStream(t *testing.T) {
	onRiver(t, func(t *testing.T, client *streams.StreamsClient, impl *river) {
		ctx := t.Context()
		numbers, err := collect(client.Count(ctx, 3, 6))
		check(t, "Count", err, numbers, []int{3, 4, 5, 6})
		numbers, err = collect(client.Count(ctx, 3, 2))
		check(t, "nothing", err, numbers, nil)
		again := client.Count(ctx, 1, 2)
		for range 2 {
			numbers, err = collect(again)
			check(t, "each range calls", err, numbers, []int{1, 2})
		}
		lines, err := collect(client.Lines(ctx, "n", "p-"))
		check(t, "Lines", err, lines, []string{"p-n1", "p-n2"})
		points, err := collect(iter.Seq2[*streams.Point, error](client.Points(ctx, streams.Point{X: 1, Y: 2})))
		check(t, "Points", err, points, []*streams.Point{{X: 1, Y: 2}, nil, {X: 2}})
		times, err := collect(client.Times(ctx))
		check(t, "Times", err, times, []time.Time{time.Unix(1, 2).UTC(), time.Unix(3, 4).UTC()})
		lists, err := collect(client.Lists(ctx, 7, 8, 9))
		check(t, "Lists", err, lists, [][]int{{}, {7}, {7, 8}})

		numbers, err = collect(client.Count(ctx, 99, 110))
		if !errors.Is(err, streams.ErrTorn) || !slices.Equal(numbers, []int{99, 100}) {
			t.Errorf("an error in the middle: %v, %v", numbers, err)
		}
		for n, err := range client.Count(ctx, 0, -1) {
			if err != nil {
				t.Fatal(err)
			}
			if n == 5 {
				break
			}
		}
		if err := <-impl.ended; !errors.Is(err, context.Canceled) && err != nil {
			t.Errorf("the callee's context ended with %v", err)
		}
	})
}

func TestProgressIsReported(t *testing.T) {
	onRiver(t, func(t *testing.T, client *streams.StreamsClient, _ *river) {
		ctx := t.Context()
		var seen []int
		keep := func(percent int) error {
			seen = append(seen, percent)
			return nil
		}
		done, err := client.Work(ctx, 3, keep)
		check(t, "Work", err, done, "3 steps")
		check(t, "progress", nil, seen, []int{0, 10, 20})

		enough := errors.New("enough")
		if _, err := client.Work(ctx, 3, func(int) error { return enough }); !errors.Is(err, enough) {
			t.Errorf("an error of the progress function: %v", err)
		}
		var at streams.Point
		err = client.Report(ctx, func(p streams.Point) error { at = p; return nil }, "four")
		var full *streams.Full
		if !errors.As(err, &full) || full.At != 4 || at.X != 4 {
			t.Errorf("Report: %v, %+v", err, at)
		}
		var maybe []*streams.Point
		err = client.Maybe(ctx, func(p *streams.Point) error { maybe = append(maybe, p); return nil })
		check(t, "Maybe", err, maybe, []*streams.Point{nil, {X: 1}})
	})
}

func TestArgumentsStream(t *testing.T) {
	onRiver(t, func(t *testing.T, client *streams.StreamsClient, _ *river) {
		ctx := t.Context()
		sum, err := client.Sum(ctx, 10, sequence(1, 2, 3))
		check(t, "Sum", err, sum, 16)
		sum, err = client.Sum(ctx, 10, sequence[int]())
		check(t, "nothing", err, sum, 10)
		sum, err = client.Sum(ctx, 10, func(yield func(int, error) bool) {
			for n := 1; yield(n, nil); n = -1 { // until the callee has enough
			}
		})
		check(t, "an early answer", err, sum, 11)
		torn := errors.New("torn here")
		if _, err = client.Sum(ctx, 0, failing(torn, 1, 2)); !errors.Is(err, torn) {
			t.Errorf("an error in the input: %v", err)
		}
		size, name, err := client.Store(ctx, "disk", streams.Point{X: 3}, sequence([]byte("abc"), nil, []byte{0, 255}))
		check(t, "Store", err, spaced(size, name), "5 disk3")
		area, corners, err := client.Polygon(ctx, streams.Points(sequence(&streams.Point{Y: 1.5}, nil, &streams.Point{Y: 2})))
		check(t, "Polygon", err, spaced(*area, corners), "3.5 3")
		if err := client.Drain(ctx, sequence("a")); !errors.Is(err, streams.ErrTorn) {
			t.Errorf("Drain: %v", err)
		}
		var seen []int
		done, err := client.Flash(ctx, "b", func(n int) error { seen = append(seen, n); return nil }, sequence([]byte("ab"), []byte("c")))
		check(t, "Flash", err, done, "b 3")
		check(t, "progress", nil, seen, []int{2, 3})
	})
}

func TestStreamsGoBothWays(t *testing.T) {
	onRiver(t, func(t *testing.T, client *streams.StreamsClient, _ *river) {
		ctx := t.Context()
		words, err := collect(client.Echo(ctx, "<", sequence("a", "b")))
		check(t, "Echo", err, words, []string{"<a", "<b"})
		points, err := collect(iter.Seq2[*streams.Point, error](client.Move(ctx, streams.Points(sequence(&streams.Point{X: 1}, &streams.Point{X: 2})))))
		check(t, "Move", err, points, []*streams.Point{{X: 2}, {X: 3}})

		// Each answer is waited for before the next question.
		questions, answered := make(chan string, 1), 0
		questions <- "q"
		for answer, err := range client.Echo(ctx, "a", func(yield func(string, error) bool) {
			for q := range questions {
				if !yield(q, nil) {
					return
				}
			}
		}) {
			if err != nil {
				t.Fatal(err)
			}
			if answered++; answered == 3 {
				close(questions)
				continue
			}
			questions <- strings.TrimPrefix(answer, "a")
		}
		if answered != 3 {
			t.Errorf("%d answers", answered)
		}
	})
}

func TestStreamsThatAreNotThere(t *testing.T) {
	onEverySerializer(t, func(t *testing.T, service, session *runtime.Session) {
		if _, err := streams.RegisterStreams(t.Context(), service, streams.UnimplementedStreams{}); err != nil {
			t.Fatal(err)
		}
		client := streams.NewStreamsClient(session)
		for _, err := range client.Count(t.Context(), 1, 2) {
			if !errors.Is(err, wamp.ErrNoSuchProcedure) {
				t.Errorf("a stream: %v", err)
			}
		}
		if _, err := client.Sum(t.Context(), 1, sequence(1)); !errors.Is(err, wamp.ErrNoSuchProcedure) {
			t.Errorf("an input: %v", err)
		}
	})
}
