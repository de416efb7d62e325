package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/wampkit/wampkit/cmd/wamprouter/config"
	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/transport"
)

// daemon is a router with its listeners, its metrics, and the file that both come from.
type daemon struct {
	router *router.Router
	log    *slog.Logger
	level  *slog.LevelVar
	logs   *logWriter
	notify notifier

	load    func() (*config.Loaded, error) // reads the file again
	levelOf func(*config.Loaded) slog.Level
	kept    *config.Kept
	current *config.Loaded

	secure    atomic.Pointer[tls.Config] // of the next connections; nil without TLS
	listeners []*listener
	failed    chan error // from listeners that ended unasked
	monitor   *monitor   // nil without metrics
}

// listener is one that is open.
type listener struct {
	url string // as configured
	net.Listener
	closing atomic.Bool // it ends because it was asked to
}

// newDaemon opens everything that the configuration says. Nothing is served before run.
func newDaemon(loaded *config.Loaded, load func() (*config.Loaded, error), levelOf func(*config.Loaded) slog.Level, logs *logWriter) (*daemon, error) {
	d := &daemon{
		load: load, levelOf: levelOf, kept: config.NewKept(), current: loaded,
		level: new(slog.LevelVar), logs: logs, notify: newNotifier(),
		failed: make(chan error),
	}
	d.level.Set(levelOf(loaded))
	d.log = slog.New(logHandler(loaded.Log.Format, logs, d.level))
	settings, err := loaded.Build(d.kept)
	if err != nil {
		return nil, fileError{err}
	}
	secure, err := loaded.ServerTLS()
	if err != nil {
		return nil, err
	}
	d.secure.Store(secure)
	for _, address := range loaded.Listeners() {
		if err := d.listen(address); err != nil {
			d.closeListeners()
			return nil, err
		}
	}
	settings.Logger = d.log
	d.router = router.New(settings)
	if loaded.Metrics != "" {
		if d.monitor, err = newMonitor(string(loaded.Metrics), loaded.Pprof, d.router, logs, d.log); err != nil {
			d.closeListeners()
			return nil, err
		}
	}
	return d, nil
}

func logHandler(format string, to io.Writer, level slog.Leveler) slog.Handler {
	options := &slog.HandlerOptions{Level: level}
	if format == "json" {
		return slog.NewJSONHandler(to, options)
	}
	return slog.NewTextHandler(to, options)
}

// listen opens a listener.
func (d *daemon) listen(address string) error {
	l, err := d.open(address)
	if err != nil {
		return err
	}
	d.listeners = append(d.listeners, &listener{url: address, Listener: l})
	return nil
}

func (d *daemon) open(address string) (net.Listener, error) {
	if !isSecure(address) {
		return transport.Listen(address)
	}
	return transport.ListenTLS(address, &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			if config := d.secure.Load(); config != nil {
				return config, nil
			}
			return nil, errors.New("there is no certificate any more")
		},
	})
}

func isSecure(address string) bool {
	return strings.HasPrefix(address, "wss:") || strings.HasPrefix(address, "tcps:")
}

// serve begins to serve a listener.
func (d *daemon) serve(l *listener) {
	go func() {
		err := d.router.Serve(l.Listener)
		if l.closing.Load() {
			err = nil
		} else if err != nil {
			err = fmt.Errorf("listener %s: %w", l.url, err)
		}
		d.failed <- err
	}()
}

// run serves until a signal comes or a listener fails.
func (d *daemon) run(signals signals) error {
	running := 0
	for _, l := range d.listeners {
		d.serve(l)
		running++
	}
	d.monitor.ready(true)
	d.notify.ready(d.greeting())
	d.log.Info("serving", "listeners", d.addresses())

	var failure error
	for serving := true; serving; {
		select {
		case <-signals.stop:
			serving = false
		case <-signals.reload:
			running += d.reload()
		case failure = <-d.failed:
			running--
			serving = failure == nil // a listener that the file names no more
		}
	}
	return errors.Join(failure, d.stop(running))
}

// stop says GOODBYE to everybody. So many listeners are running.
func (d *daemon) stop(running int) error {
	d.monitor.ready(false)
	d.notify.stopping()
	d.log.Info("stopping")
	for _, l := range d.listeners {
		l.closing.Store(true)
	}
	// GOODBYE is answered, or not, in about this time; the rest is for slow machines.
	patience := d.current.GoodbyePatience() + time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := d.router.Shutdown(ctx)
	d.closeListeners()
	for range running {
		<-d.failed
	}
	d.monitor.close()
	if errors.Is(err, context.DeadlineExceeded) {
		d.log.Warn("some sessions did not answer GOODBYE in time")
		return nil
	}
	return err
}

func (d *daemon) closeListeners() {
	for _, l := range d.listeners {
		_ = l.Close()
	}
}

// greeting is the one line that is said on start.
func (d *daemon) greeting() string {
	return fmt.Sprintf("wamprouter: serving %s on %s (WebSocket, RawSocket and long-poll; JSON, MsgPack, CBOR; %s)",
		strings.Join(d.current.RealmNames(), ", "), strings.Join(d.addresses(), ", "), strings.Join(d.current.MethodNames(), ", "))
}

// addresses are the URLs that are served, with the ports that were found.
func (d *daemon) addresses() []string {
	found := make([]string, len(d.listeners))
	for i, l := range d.listeners {
		found[i] = l.url
		if u, err := url.Parse(l.url); err == nil && u.Port() == "0" {
			u.Host = l.Addr().String()
			found[i] = u.String()
		}
	}
	if d.monitor != nil {
		found = append(found, d.monitor.url())
	}
	return slices.Clip(found)
}

// warn tells of what is dangerous: in the log, and, loudly, in one line that no log
// level hides.
func (d *daemon) warn(loaded *config.Loaded, loudly bool) {
	warnings := loaded.Warnings()
	for _, w := range warnings {
		d.log.Warn("dangerous configuration", "where", w.Where(), "what", w.Message)
	}
	if len(warnings) == 0 || !loudly {
		return
	}
	more := ""
	if n := len(warnings) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more, see the log or wamprouter check)", n)
	}
	fmt.Fprintf(d.logs, "wamprouter: WARNING: %s%s\n", warnings[0], more)
}
