// Package config reads the YAML file of wamprouter.
//
// [Load] reads a file as strictly as can be: an unknown key, a value of the
// wrong type, one that is out of bounds, or a combination that makes no sense is
// a [Problem] with its place in the file and with what is allowed there, and all
// of them are reported at once. [File.Build] makes what the daemon runs on from
// it, [File.Warnings] names what is allowed and dangerous, and [Starter] is a
// commented file to begin with.
//
// # Invariants
//
//   - A secret, which may be read from the environment (env:NAME) or from another
//     file (file:PATH), appears in no problem, no warning and no summary.
//   - A key that this package knows has a comment and a default in its struct
//     tags. The documentation and the tests are checked against them.
package config
