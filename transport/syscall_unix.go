//go:build unix

package transport

import (
	"io"
	"net"
	"syscall"
)

// rawConn gives access to the descriptor of a socket, for reads and writes
// that do not wait; nil for anything that is no plain socket.
func rawConn(conn net.Conn) syscall.RawConn {
	switch conn.(type) {
	case *net.TCPConn, *net.UnixConn:
		if raw, err := conn.(syscall.Conn).SyscallConn(); err == nil {
			return raw
		}
	}
	return nil
}

// readSocket reads once, without waiting. again means that nothing is there.
func readSocket(fd uintptr, p []byte) (n int, again bool, err error) {
	for {
		n, err = syscall.Read(int(fd), p)
		switch {
		case err == syscall.EINTR:
			continue
		case err == syscall.EAGAIN:
			return 0, true, nil
		case err != nil:
			return 0, false, err
		case n == 0:
			return 0, false, io.EOF
		}
		return n, false, nil
	}
}

// writeSocket writes as much of b as the socket takes without waiting. again
// means that it takes nothing.
func writeSocket(fd uintptr, b *batch) (n int, again bool, err error) {
	for {
		if b.count == 1 {
			n, err = syscall.Write(int(fd), b.buffers[0])
		} else {
			n, err = writeVectors(int(fd), b)
		}
		switch err {
		case nil:
			return n, false, nil
		case syscall.EINTR:
			continue
		case syscall.EAGAIN:
			return 0, true, nil
		}
		return 0, false, err
	}
}
