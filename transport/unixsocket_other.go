//go:build !unix

package transport

import (
	"io/fs"
	"syscall"
)

func restrictSocket(syscall.RawConn, fs.FileMode) error { return nil }
