//go:build unix && !linux

package transport

import "syscall"

// writeVectors writes the first buffer of b, without waiting. There is no
// portable system call for more that a Go program may use directly.
func writeVectors(fd int, b *batch) (int, error) { return syscall.Write(fd, b.buffers[0]) }
