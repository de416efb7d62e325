//go:build unix

package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// processCPU is the user and system time of this process.
func processCPU() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// residentMemory is the resident memory of this process in octets, 0 where
// there is no /proc.
func residentMemory() int64 {
	content, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var total, resident int64
	fmt.Sscan(string(content), &total, &resident)
	return resident * int64(os.Getpagesize())
}
