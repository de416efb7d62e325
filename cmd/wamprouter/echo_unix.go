//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// hideInput stops a terminal from showing what is typed, until restore. It reports
// false for a file that is no terminal.
func hideInput(f *os.File) (restore func(), isTerminal bool) {
	fd := int(f.Fd())
	state, err := unix.IoctlGetTermios(fd, getTerminal)
	if err != nil {
		return func() {}, false
	}
	hidden := *state
	hidden.Lflag &^= unix.ECHO
	_ = unix.IoctlSetTermios(fd, setTerminal, &hidden)
	return func() { _ = unix.IoctlSetTermios(fd, setTerminal, state) }, true
}
