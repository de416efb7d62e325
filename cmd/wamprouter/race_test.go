//go:build race

package main_test

// buildFlags are what the tests build the program with.
var buildFlags = []string{"build", "-race"}
