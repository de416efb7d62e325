package main

import (
	"fmt"

	"github.com/wampkit/wampkit/wampgen/diag"
)

type explain struct {
	Code string `arg:"" optional:"" placeholder:"WG012" help:"The code, as it stands behind a message; without it, all codes are listed."`
}

// Run explains one code, or lists all.
func (e *explain) Run(std streams) error {
	if e.Code == "" {
		for _, code := range diag.Codes() {
			explanation, _ := diag.Explain(string(code))
			fmt.Fprintf(std.out, "%s  %s\n", code, explanation.Title)
		}
		return nil
	}
	explanation, ok := diag.Explain(e.Code)
	if !ok {
		return fmt.Errorf("there is no code %s: wampgen explain lists them", e.Code)
	}
	_, err := fmt.Fprint(std.out, explanation)
	return err
}
