// Package slogwamp logs what goes through a session of package runtime: a record for each
// call, invocation, publication and event, when it is over.
//
//	session, err := runtime.Dial(ctx, url, realm, runtime.WithInterceptors(slogwamp.New(logger)))
//
// Records tell the URI, the outcome and how long it took. They never hold anything of a
// payload: neither arguments and results nor the text of errors.
package slogwamp

import (
	"context"
	"log/slog"
	"time"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// Option changes what is logged.
type Option func(*log)

// WithLevels sets the level of what went well and of what did not. The defaults are
// slog.LevelDebug and slog.LevelWarn.
func WithLevels(ok, failed slog.Level) Option {
	return func(l *log) { l.ok, l.failed = ok, failed }
}

// New returns the interceptors for [runtime.WithInterceptors]. Without a logger it is slog.Default().
//
// The message of a record is "call", "invocation", "publish" or "event". Its attributes:
//
//   - procedure or topic: the URI;
//   - pattern: what the procedure or topic was declared or registered as, where that differs;
//   - outcome: "ok", the URI of the error, or one of the outcomes of package runtime; "panic" of a handler that panicked;
//   - duration: of a stream, until its end;
//   - stream: true of calls whose arguments or results come one by one;
//   - caller, publisher: session ids, where the router discloses them.
func New(logger *slog.Logger, opts ...Option) runtime.Interceptor {
	if logger == nil {
		logger = slog.Default()
	}
	l := &log{logger: logger, ok: slog.LevelDebug, failed: slog.LevelWarn}
	for _, opt := range opts {
		opt(l)
	}
	return runtime.Interceptors{
		runtime.CallInterceptor(l.call), runtime.InvocationInterceptor(l.invocation),
		runtime.PublishInterceptor(l.publish), runtime.EventInterceptor(l.event),
	}
}

type log struct {
	logger     *slog.Logger
	ok, failed slog.Level
}

// panicked is the outcome of what did not return.
const panicked = "panic"

func (l *log) call(next runtime.CallFunc) runtime.CallFunc {
	return func(ctx context.Context, c *runtime.OutgoingCall) error {
		begun, outcome := time.Now(), panicked
		defer func() {
			attrs := uri("procedure", c.URI, c.Spec.URI)
			if c.Stream() {
				attrs = append(attrs, slog.Bool("stream", true))
			}
			l.record(ctx, "call", outcome, begun, attrs)
		}()
		err := next(ctx, c)
		outcome = c.Outcome(err)
		return err
	}
}

func (l *log) invocation(next runtime.InvocationFunc) runtime.InvocationFunc {
	return func(ctx context.Context, c *runtime.IncomingCall) error {
		begun, outcome := time.Now(), panicked
		defer func() {
			l.record(ctx, "invocation", outcome, begun, peer(uri("procedure", c.URI, c.Spec.URI), "caller", c.Invocation.Caller))
		}()
		err := next(ctx, c)
		outcome = c.Outcome(err)
		return err
	}
}

func (l *log) publish(next runtime.PublishFunc) runtime.PublishFunc {
	return func(ctx context.Context, e *runtime.OutgoingEvent) error {
		begun := time.Now()
		err := next(ctx, e)
		l.record(ctx, "publish", e.Outcome(err), begun, uri("topic", e.URI, e.Spec.URI))
		return err
	}
}

func (l *log) event(next runtime.EventFunc) runtime.EventFunc {
	return func(ctx context.Context, e *runtime.IncomingEvent) error {
		begun, outcome := time.Now(), panicked
		defer func() {
			l.record(ctx, "event", outcome, begun, peer(uri("topic", e.URI, e.Spec.URI), "publisher", e.Event.Publisher))
		}()
		err := next(ctx, e)
		outcome = e.Outcome(err)
		return err
	}
}

func (l *log) record(ctx context.Context, message, outcome string, begun time.Time, attrs []slog.Attr) {
	level := l.ok
	if outcome != runtime.OutcomeOK && outcome != runtime.OutcomeLeft {
		level = l.failed
	}
	if !l.logger.Enabled(ctx, level) {
		return
	}
	attrs = append(attrs, slog.String("outcome", outcome), slog.Duration("duration", time.Since(begun)))
	l.logger.LogAttrs(ctx, level, message, attrs...)
}

func uri(kind string, concrete, spec wamp.URI) []slog.Attr {
	attrs := make([]slog.Attr, 0, 5)
	attrs = append(attrs, slog.String(kind, string(concrete)))
	if spec != concrete {
		attrs = append(attrs, slog.String("pattern", string(spec)))
	}
	return attrs
}

func peer(attrs []slog.Attr, kind string, id wamp.ID) []slog.Attr {
	if id == 0 {
		return attrs
	}
	return append(attrs, slog.Uint64(kind, uint64(id)))
}
