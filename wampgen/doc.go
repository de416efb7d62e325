// Package wampgen generates typed WAMP clients, registrations, publishers and
// subscriptions from annotated Go interfaces. Its steps have a package each:
// load reads source, analyze makes the model of it, emit writes Go; diag says
// what is wrong.
//
//	report, err := wampgen.Generate(ctx, wampgen.Options{Patterns: []string{"./..."}})
//	if err != nil {
//		return err // the go command or the file system failed
//	}
//	report.Diagnostics.WriteText(os.Stderr, dir) // what is wrong with the source
//
// # Invariants
//
//   - Everything or nothing: with a single diagnostic in any package, no file changes.
//   - The same source gives the same bytes, wherever it lies and in whatever
//     order its files are read.
//   - A file that is up to date is not touched. A file that somebody else wrote
//     is never overwritten and never removed.
package wampgen
