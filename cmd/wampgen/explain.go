package main

import (
	"fmt"

	"github.com/wampkit/wampkit/schema/compat"
	"github.com/wampkit/wampkit/wampgen/diag"
)

type explain struct {
	Code string `arg:"" optional:"" placeholder:"WG012" help:"The code, as it stands behind a message: WG… of wampgen, WB… of wampgen breaking. Without it, all codes are listed."`
}

// Run explains one code, or lists all.
func (e *explain) Run(std streams) error {
	if e.Code == "" {
		return listCodes(std)
	}
	if rule, ok := compat.Explain(e.Code); ok {
		_, err := fmt.Fprint(std.out, rule)
		return err
	}
	explanation, ok := diag.Explain(e.Code)
	if !ok {
		return fmt.Errorf("there is no code %s: wampgen explain lists them", e.Code)
	}
	_, err := fmt.Fprint(std.out, explanation)
	return err
}

func listCodes(std streams) error {
	for _, code := range diag.Codes() {
		explanation, _ := diag.Explain(string(code))
		if _, err := fmt.Fprintf(std.out, "%s  %s\n", code, explanation.Title); err != nil {
			return err
		}
	}
	for _, rule := range compat.Rules() {
		if _, err := fmt.Fprintf(std.out, "%s  %s\n", rule.ID, rule.Change); err != nil {
			return err
		}
	}
	return nil
}
