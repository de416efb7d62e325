package main

import (
	"context"
	"fmt"
	"os"

	"github.com/wampkit/wampkit/wampgen"
)

func main() {
	report, err := wampgen.Generate(context.Background(), wampgen.Options{Patterns: os.Args[1:]})
	if err != nil {
		fmt.Fprintln(os.Stderr, "wampgen:", err)
		os.Exit(2)
	}
	dir, _ := os.Getwd()
	report.Diagnostics.WriteText(os.Stderr, dir)
	for _, f := range report.Files {
		fmt.Println(f.Change, f.Path)
	}
	if len(report.Diagnostics) > 0 {
		os.Exit(2)
	}
}
