package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"
)

// cli are the command line's flags.
type cli struct {
	Rows    string        `help:"Run only the rows whose name contains this, such as 'rpc', 'fanout' or '64 KiB'." placeholder:"TEXT"`
	Rounds  int           `help:"How often each row is run on each stack; figures are medians." default:"3"`
	Warmup  time.Duration `help:"How long each run warms up." default:"500ms"`
	Measure time.Duration `help:"How long each run is measured." default:"1500ms"`
	JSON    bool          `name:"json" help:"Print JSON, one object a row, instead of a table."`
}

// row is a line of the output.
type row struct {
	Name  string `json:"row"`
	Cells []cell `json:"stacks"`

	kind kind
}

func main() {
	if encoded := os.Getenv(childEnv); encoded != "" {
		if err := runChild(encoded); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	var c cli
	kong.Parse(&c, kong.Name("bench"), kong.Description(
		"Measure wampkit over real sockets beside its floors: relays without a protocol.\n"+
			"Router, callee and driver are separate processes. Compare ratios, not absolute numbers."))
	if err := c.run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (c *cli) run() error {
	var done []row
	for _, s := range rows() {
		if !strings.Contains(s.name(), c.Rows) {
			continue
		}
		s.Warmup, s.Measure = c.Warmup, c.Measure
		cells, err := runRow(s, c.Rounds, func(s scenario) { c.progress("%s on %s", s.name(), s.Stack) })
		if err != nil {
			return fmt.Errorf("%s: %w", s.name(), err)
		}
		one := row{Name: s.name(), Cells: cells, kind: s.Kind}
		if c.JSON {
			if err := json.NewEncoder(os.Stdout).Encode(one); err != nil {
				return err
			}
		}
		done = append(done, one)
	}
	c.progress("")
	if len(done) == 0 {
		return fmt.Errorf("no row's name contains %q", c.Rows)
	}
	if c.JSON {
		return nil
	}
	return printTable(done)
}

// progress shows what is being measured, where a person is looking.
func (c *cli) progress(format string, args ...any) {
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprintf(os.Stderr, "\r\x1b[K"+format, args...)
	}
}

func printTable(rows []row) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "row\tstack\tfigure\tratio to floor\trouter CPU s / 1M\trouter allocs / op")
	for _, r := range rows {
		name := r.Name
		for _, c := range r.Cells {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.2f\t%.2f\n", name, c.Stack, c.figure(r.kind), c.ratio(), c.CPUSeconds, c.Allocs)
			name = ""
		}
	}
	return w.Flush()
}

func (c cell) figure(k kind) string {
	switch k {
	case latency:
		return fmt.Sprintf("%v (p99 %v)", c.P50.Round(100*time.Nanosecond), c.P99.Round(100*time.Nanosecond))
	case burst:
		return fmt.Sprintf("%.0f/s, %d lost", c.PerSecond, c.Lost)
	case idle:
		return fmt.Sprintf("%.1f kB each", float64(c.Memory)/1000)
	}
	return fmt.Sprintf("%.0f/s", c.PerSecond)
}

func (c cell) ratio() string {
	switch {
	case c.Stack.isRelay():
		return "floor"
	case c.Ratio == 0:
		return "-"
	}
	return fmt.Sprintf("%.2f", c.Ratio)
}
