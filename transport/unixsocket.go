package transport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"
)

// unixSocket is what a unix:// URL says beside the path.
type unixSocket struct {
	mode    fs.FileMode // permissions of the socket file
	hasMode bool        // else those that the umask leaves
}

// parseUnix reads the query of a unix:// URL.
func parseUnix(rawURL string, query url.Values) (unixSocket, error) {
	var s unixSocket
	for key, values := range query {
		if key != "mode" {
			return s, fmt.Errorf("%s: unknown parameter %q: want mode, as in unix:///run/wamp.sock?mode=0660", rawURL, key)
		}
		bits, err := strconv.ParseUint(values[0], 8, 32)
		if err != nil || bits > 0o777 || len(values) > 1 {
			return s, fmt.Errorf("%s: mode: want one octal number up to 0777, as in unix:///run/wamp.sock?mode=0660", rawURL)
		}
		s.mode, s.hasMode = fs.FileMode(bits), true
	}
	return s, nil
}

// listen opens the socket at path, in place of one that a dead process left
// behind. At no time has the file wider permissions than were asked for.
func (s unixSocket) listen(path string) (net.Listener, error) {
	l, err := s.bind(path)
	if errors.Is(err, syscall.EADDRINUSE) && removeStale(path) {
		l, err = s.bind(path)
	}
	if err != nil || !s.hasMode {
		return l, err
	}
	if err := os.Chmod(path, s.mode); err != nil { // the umask may have taken some
		l.Close()
		return nil, err
	}
	return l, nil
}

func (s unixSocket) bind(path string) (net.Listener, error) {
	var config net.ListenConfig
	if s.hasMode {
		config.Control = func(_, _ string, socket syscall.RawConn) error { return restrictSocket(socket, s.mode) }
	}
	return config.Listen(context.Background(), "unix", path)
}

// removeStale removes a socket file on which nobody listens. It leaves alone
// what is no socket, what somebody answers at, and a file that took the place of
// the one that was looked at.
func removeStale(path string) bool {
	before, err := os.Lstat(path)
	if err != nil || before.Mode().Type() != fs.ModeSocket {
		return false
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		conn.Close()
		return false
	}
	now, statErr := os.Lstat(path)
	return errors.Is(err, syscall.ECONNREFUSED) && statErr == nil && os.SameFile(before, now) && os.Remove(path) == nil
}
