package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

func ExampleSession_CallProgress() {
	connect, stop := local()
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	service := connect()
	defer service.Close()
	_, err := service.Register(ctx, "com.acme.countdown", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
		for n := 3; n > 0; n-- {
			if err := runtime.Progress(ctx, n); err != nil {
				return nil, err // the caller has gone, for example
			}
		}
		return runtime.NewResult("liftoff"), nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	client := connect()
	defer client.Close()
	for result, err := range client.CallProgress(ctx, "com.acme.countdown") {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(result.Args[0], result.Progress)
	}
	// Output:
	// 3 true
	// 2 true
	// 1 true
	// liftoff false
}

func ExampleSession_CallInput() {
	connect, stop := local()
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	service := connect()
	defer service.Close()
	_, err := service.Register(ctx, "com.acme.upload", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
		var name string
		if err := in.Decode(&name); err != nil {
			return nil, err
		}
		size := 0
		for chunk, err := range runtime.ReadInput(ctx) {
			if err != nil {
				return nil, err // the upload was broken off: forget it
			}
			var octets []byte
			if err := chunk.Decode(&octets); err != nil {
				return nil, err
			}
			size += len(octets)
		}
		return runtime.NewResult(fmt.Sprintf("%s: %d octets", name, size)), nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	client := connect()
	defer client.Close()
	chunks := func(yield func(*runtime.Result, error) bool) {
		for range 3 {
			if !yield(runtime.NewResult(make([]byte, 1000)), nil) {
				return // the call is over
			}
		}
	}
	result, err := client.CallInput(ctx, "com.acme.upload", chunks, "photo.jpg")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Args[0])
	// Output: photo.jpg: 3000 octets
}

func ExampleSession_CallInputProgress() {
	connect, stop := local()
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	service := connect()
	defer service.Close()
	_, err := service.Register(ctx, "com.acme.shout", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
		lines := 0
		for line, err := range runtime.ReadInput(ctx) {
			if err != nil {
				return nil, err
			}
			lines++
			if err := runtime.Progress(ctx, strings.ToUpper(line.Args[0].(string))); err != nil {
				return nil, err
			}
		}
		return runtime.NewResult(lines), nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	client := connect()
	defer client.Close()
	lines := func(yield func(*runtime.Result, error) bool) {
		_ = yield(runtime.NewResult("hello"), nil) && yield(runtime.NewResult("world"), nil)
	}
	for result, err := range client.CallInputProgress(ctx, "com.acme.shout", lines) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(result.Args[0])
	}
	// Output:
	// HELLO
	// WORLD
	// 2
}

// Leaving the range, or an error in the input, cancels the call.
func ExampleReadInput() {
	connect, stop := local()
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	service := connect()
	defer service.Close()
	ended := make(chan error, 1)
	_, err := service.Register(ctx, "com.acme.upload", func(ctx context.Context, in *runtime.Result) (*runtime.Result, error) {
		for _, err := range runtime.ReadInput(ctx) {
			if err != nil {
				ended <- err
				return nil, err
			}
		}
		return nil, nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	client := connect()
	defer client.Close()
	errDisk := errors.New("disk is broken")
	chunks := func(yield func(*runtime.Result, error) bool) {
		_ = yield(runtime.NewResult([]byte("some")), nil) && yield(nil, errDisk)
	}
	_, err = client.CallInput(ctx, "com.acme.upload", chunks)
	fmt.Println(errors.Is(err, errDisk))
	fmt.Println(<-ended)
	// Output:
	// true
	// context canceled
}

// What generated code does for a method
//
//	Tail(ctx context.Context, id string, lines int) iter.Seq2[string, error]
//
// whose procedure is com.acme.device.{id}.tail.
func ExampleCallResults() {
	connect, stop := local()
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	procedure := runtime.Procedure{
		URI: "com.acme.device..tail", Match: wamp.MatchWildcard, Captures: []string{"id"}, Progressive: true,
	}
	tail := func(_ context.Context, id string, lines int) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for n := range lines {
				if !yield(fmt.Sprintf("%s: line %d", id, n), nil) {
					return
				}
			}
		}
	}
	service := connect()
	defer service.Close()
	_, err := service.RegisterProcedures(ctx, []runtime.ProcedureHandler{{
		Procedure: &procedure,
		Handle: func(ctx context.Context, in *runtime.Values, _ *runtime.Args) error {
			id := in.CaptureString("id")
			lines := int(in.Int("lines", 0))
			if err := in.Err(); err != nil {
				return err
			}
			return runtime.SendResults(ctx, tail(ctx, id, lines), (*runtime.Args).String)
		},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}

	session := connect()
	defer session.Close()
	client := runtime.NewClient(session)
	lines := runtime.CallResults(ctx, client, &procedure, func(args *runtime.Args) {
		args.CaptureString("id", "d7")
		args.Int(2)
	}, func(in *runtime.Values) string { return in.String("item") })
	for line, err := range lines {
		fmt.Println(line, err)
	}
	// Output:
	// d7: line 0 <nil>
	// d7: line 1 <nil>
}

func ExampleWithPassthru() {
	connect, stop := local()
	defer stop()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	seal := func(text string) []byte { return []byte("sealed " + text) } // elsewhere: encryption
	how := wamp.Passthru{Scheme: "x_acme", Cipher: "none", KeyID: "k1"}

	service := connect()
	defer service.Close()
	_, err := service.Register(ctx, "com.acme.secret", func(_ context.Context, in *runtime.Result) (*runtime.Result, error) {
		if in.Passthru == nil {
			return nil, wamp.NewError(wamp.ErrInvalidArgument, "the arguments have to be sealed")
		}
		fmt.Printf("%s, with %s\n", in.Args[0], in.Passthru.KeyID)
		return runtime.NewSealed(how, seal("answer")), nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	client := connect()
	defer client.Close()
	sealed, _ := runtime.NewCallContext(ctx, runtime.WithPassthru(how))
	result, err := client.Call(sealed, "com.acme.secret", seal("question"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s, with %s\n", result.Args[0], result.Passthru.KeyID)
	// Output:
	// sealed question, with k1
	// sealed answer, with k1
}

// Every snippet of the document is part of an example that runs.
func TestSnippetsOfTheDocumentRun(t *testing.T) {
	document, err := os.ReadFile("../docs/streams.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_stream_test.go")
	if err != nil {
		t.Fatal(err)
	}
	margin := regexp.MustCompile(`(?m)^[ \t]+`)
	examples := margin.ReplaceAllString(string(source), "")
	snippets := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(document), -1)
	if len(snippets) == 0 {
		t.Error("no snippet was found")
	}
	for _, snippet := range snippets {
		if !strings.Contains(examples, margin.ReplaceAllString(snippet[1], "")) {
			t.Errorf("no example has\n%s", snippet[1])
		}
	}
}
