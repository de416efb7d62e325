// Package schema describes WAMP services: a [Catalog] says which procedures,
// topics and errors a service has and, in JSON Schema 2020-12, what travels with
// each of them. A [Builder] makes those schemas from go/types types, so that a
// catalog is complete before the program it describes has ever run:
//
//	b := schema.NewBuilder(schema.Options{Package: pkg.Path(), Fset: fset, Doc: docs})
//	args := []schema.Arg{{Name: "hard", Type: types.Typ[types.Bool]}}
//	tuple, err := b.Tuple(args)                       // what ARGUMENTS hold
//	params, err := b.Params("DeviceResetParams", args) // the same, for code generators
//	result, err := b.Result([]schema.Arg{{Name: "boots", Type: types.Typ[types.Int]}}, false)
//	c := schema.Catalog{Service: "com.acme.device", Procedures: map[string]*schema.Procedure{
//		"com.acme.device.reset": {Args: tuple, Params: params, Result: result},
//	}, Defs: b.Defs()}
//	document, err := c.Marshal()
//
// # Invariants
//
//   - Every schema compiles under a strict 2020-12 validator ([Catalog.Check]).
//   - What the runtime's data mapping sends validates against the schema of its
//     Go type. Bytes count as base64 strings, as the schema says. Three things
//     the mapping does not enforce, so a program can break them: that a value is
//     one of its type's constants (the zero value often is none), the keywords of
//     struct tags, and that floats are finite.
//   - The same service gives the same bytes and the same hash, whatever the order
//     in which its types were met.
//   - What cannot travel is refused with the path to it, never described wrongly.
package schema
