//go:build !unix

package main

import "time"

// processCPU is not known on this system.
func processCPU() time.Duration { return 0 }

// residentMemory is not known on this system.
func residentMemory() int64 { return 0 }
