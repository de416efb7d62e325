//go:build unix

package transport

import (
	"io/fs"
	"syscall"
)

// restrictSocket gives a socket that is about to be bound the permissions that
// its file is to be made with. Linux heeds that; where it is refused, the file's
// are changed a moment later.
func restrictSocket(socket syscall.RawConn, mode fs.FileMode) error {
	return socket.Control(func(fd uintptr) { _ = syscall.Fchmod(int(fd), uint32(mode.Perm())) })
}
