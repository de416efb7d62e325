package main

import (
	"net"
	"os"
	"strings"
)

// notifier tells the service manager how the daemon is doing (sd_notify(3)): one
// datagram for each change. Without a service manager that asks, it does nothing.
type notifier struct{ socket string }

func newNotifier() notifier { return notifier{os.Getenv("NOTIFY_SOCKET")} }

func (n notifier) ready(status string) { n.send("READY=1", "STATUS="+status) }
func (n notifier) reloading()          { n.send("RELOADING=1") }
func (n notifier) stopping()           { n.send("STOPPING=1", "STATUS=saying GOODBYE") }

// send is best effort: that nobody listens is no trouble of ours.
func (n notifier) send(lines ...string) {
	if n.socket == "" {
		return
	}
	// The name of an abstract socket begins with "@", which package net understands.
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: n.socket, Net: "unixgram"})
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = conn.Write([]byte(strings.Join(lines, "\n")))
}
