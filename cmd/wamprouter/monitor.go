package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/metrics"
)

// monitor is the HTTP server for those who watch: /metrics, /healthz, /readyz, and
// the profiler if asked for. A nil monitor does nothing.
type monitor struct {
	listener net.Listener
	server   *http.Server
	serving  atomic.Bool // the router takes sessions
	done     chan struct{}
}

// newMonitor begins to serve.
func newMonitor(address string, profile bool, r *router.Router, logs *logWriter, log *slog.Logger) (*monitor, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	m := &monitor{listener: listener, done: make(chan struct{})}
	m.server = &http.Server{
		Handler:           m.handler(registry(r, logs), profile),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	go func() {
		defer close(m.done)
		if err := m.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics are not served any more", "error", err)
		}
	}()
	return m, nil
}

// registry has everything that is measured.
func registry(r *router.Router, logs *logWriter) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		metrics.NewCollector(r),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewBuildInfoCollector(),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "wamprouter_log_lines_lost_total", Help: "Log lines that could not be written.",
		}, func() float64 { return float64(logs.dropped.Load()) }),
	)
	return registry
}

func (m *monitor) handler(registry *prometheus.Registry, profile bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !m.serving.Load() {
			http.Error(w, "not ready: starting or stopping", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	if profile {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// ready says what /readyz answers.
func (m *monitor) ready(is bool) {
	if m != nil {
		m.serving.Store(is)
	}
}

// url is where the metrics are.
func (m *monitor) url() string { return "http://" + m.listener.Addr().String() + "/metrics" }

// close ends the server; a request that is under way has a moment.
func (m *monitor) close() {
	if m == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if m.server.Shutdown(ctx) != nil {
		_ = m.server.Close()
	}
	<-m.done
}
