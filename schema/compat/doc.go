// Package compat tells which changes between two versions of a service break its
// peers. It compares catalogs, the older ones usually from a [schema.Lock]:
//
//	for _, f := range compat.Compare(lock.Catalogs(), current) {
//		fmt.Println(f) // com.acme.device.v1.reset: argument hard: is new and must be passed (WB020)
//	}
//
// The rules are directional. What a service takes in (arguments, the items of a
// progressive invocation) may only become more permissive; what it gives out
// (results, progressive results, events, errors) only more specific. Both
// together keep every peer working that was built from the older catalog,
// provided that callees are updated before callers and publishers before subscribers.
//
// [Rules] lists all rules. A rule keeps its ID and its meaning for good.
package compat
