//go:build !unix

package transport

import (
	"errors"
	"net"
	"syscall"
)

// rawConn is nil: connections are read and written through package net.
func rawConn(net.Conn) syscall.RawConn { return nil }

func readSocket(uintptr, []byte) (n int, again bool, err error) {
	return 0, false, errors.ErrUnsupported
}

func writeSocket(uintptr, *batch) (n int, again bool, err error) {
	return 0, false, errors.ErrUnsupported
}
