//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package main

import "os"

// hideInput does not know the terminals of this system: what is typed is shown.
func hideInput(*os.File) (restore func(), isTerminal bool) { return func() {}, false }
