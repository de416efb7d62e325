package transport

import (
	"syscall"
	"unsafe"
)

// vectors is a batch as writev takes it.
type vectors [maxBatch]syscall.Iovec

func (v *vectors) clear(n int) { clear(v[:n]) }

// writeVectors writes all buffers of b in one system call, without waiting.
func writeVectors(fd int, b *batch) (int, error) {
	count := 0
	for _, buffer := range b.buffers[:b.count] {
		if len(buffer) > 0 {
			b.vectors[count].Base = &buffer[0]
			b.vectors[count].SetLen(len(buffer))
			count++
		}
	}
	n, _, errno := syscall.Syscall(syscall.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(&b.vectors)), uintptr(count))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
