package conformance

import (
	"context"
	"net"

	"github.com/wampkit/wampkit/router"
)

// Node is a running router under test.
type Node struct {
	*router.Router
	t       *T
	config  router.Config
	address string
	welcome d // of the first session, see announcement
}

func startNode(t *T, config router.Config) *Node {
	n := &Node{Router: router.New(config), t: t, config: config}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	t.must(err)
	n.address = listener.Addr().String()
	n.serve(listener)
	return n
}

// serve lets the router serve another listener.
func (n *Node) serve(listener net.Listener) {
	served := make(chan error, 1)
	go func() { served <- n.Serve(listener) }()
	n.t.Cleanup(func() {
		if err := n.shutdownInTime(); err != nil {
			n.t.Errorf("Shutdown: %v", err)
		}
		if err := <-served; err != nil {
			n.t.Errorf("Serve: %v", err)
		}
	})
}

// shutdown begins to shut the router down.
func (n *Node) shutdown() (ended <-chan error) {
	done := make(chan error, 1)
	go func() { done <- n.Shutdown(context.Background()) }()
	return done
}

// shutdownInTime shuts the router down.
func (n *Node) shutdownInTime() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return n.Shutdown(ctx)
}

// Peer connects and joins a realm.
func (n *Node) Peer(options ...Entry) *Peer { return n.Connect(options...).Join() }

// Connect connects and says nothing.
func (n *Node) Connect(options ...Entry) *Peer {
	p, err := n.dial(options...)
	if err != nil {
		n.t.Fatalf("connect: %v", err)
	}
	return p
}

// announcement is what the router says about itself in WELCOME.
func (n *Node) announcement() d {
	if n.welcome == nil {
		p := n.Peer()
		n.welcome = p.Welcome
		p.Leave()
	}
	return n.welcome
}

// netConn is a connection on which nothing was said yet.
func (n *Node) netConn() net.Conn {
	conn, err := net.Dial("tcp", n.address)
	n.t.must(err)
	n.t.Cleanup(func() { conn.Close() })
	return conn
}
