package router

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/wampkit/wampkit/transport"
)

// Handler serves WebSocket and HTTP long-poll in a program's own mux. For
// long-poll it is mounted at a subtree, such as "/lp/", which is the clients'
// base URL.
func (r *Router) Handler() http.Handler { return r.server }

// Serve serves the connections that a listener accepts, WebSocket, RawSocket
// and HTTP long-poll alike, until the listener or the router is closed. It returns nil
// after [Router.Shutdown], and closes the listener in any case.
func (r *Router) Serve(l net.Listener) error {
	err := r.server.Serve(l)
	if r.draining() {
		return nil
	}
	return err
}

// ListenAndServe listens on every URL (see [transport.Listen]) and serves what
// arrives there. If one of them cannot be listened on, nothing is served. It
// runs until ctx is done, then shuts the router down and returns nil, or what
// [Router.Shutdown] reports; sooner if a listener fails.
func (r *Router) ListenAndServe(ctx context.Context, urls ...string) error {
	listeners, err := Listen(urls...)
	if err != nil {
		return err
	}
	return r.ServeAll(ctx, listeners...)
}

// ServeAll is [Router.ListenAndServe] for listeners that exist already.
func (r *Router) ServeAll(ctx context.Context, listeners ...net.Listener) error {
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { failed <- r.Serve(l) }()
	}
	var failure error
	running := len(listeners)
	select {
	case <-ctx.Done():
	case failure = <-failed:
		running--
	}
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.limits().GoodbyeTimeout+2*r.limits().Linger)
	defer cancel()
	err := r.Shutdown(shutdown)
	for range running {
		<-failed
	}
	return errors.Join(failure, err)
}

// Listen listens on every URL, or on none.
func Listen(urls ...string) ([]net.Listener, error) {
	var listeners []net.Listener
	for _, url := range urls {
		l, err := transport.Listen(url)
		if err != nil {
			for _, opened := range listeners {
				_ = opened.Close()
			}
			return nil, err
		}
		listeners = append(listeners, l)
	}
	return listeners, nil
}
