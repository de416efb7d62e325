//go:build !linux

package transport

// vectors is not needed where writeVectors does not use it.
type vectors struct{}

func (*vectors) clear(int) {}
