package wamp_test

import (
	"errors"
	"fmt"

	"github.com/wampkit/wampkit/wamp"
)

// An error URI is the target of errors.Is.
func ExampleErrorURI() {
	err := fmt.Errorf("reserve: %w", wamp.NewError(wamp.ErrNoSuchProcedure, "nobody registered com.acme.reserve"))
	fmt.Println(errors.Is(err, wamp.ErrNoSuchProcedure))
	fmt.Println(err)
	// Output:
	// true
	// reserve: wamp.error.no_such_procedure: nobody registered com.acme.reserve
}

func ExampleURI_Matches() {
	fmt.Println(wamp.URI("com.acme.").Matches(wamp.MatchPrefix, "com.acme.device.reset"))
	fmt.Println(wamp.URI("com..reset").Matches(wamp.MatchWildcard, "com.device.reset"))
	fmt.Println(wamp.URI("com..reset").Matches(wamp.MatchWildcard, "com.acme.device.reset"))
	// Output:
	// true
	// true
	// false
}

func ExampleURI_ValidPattern() {
	fmt.Println(wamp.URI("com..reset").ValidPattern(wamp.MatchExact, wamp.LooseURIs))
	fmt.Println(wamp.URI("com..reset").ValidPattern(wamp.MatchWildcard, wamp.LooseURIs))
	// Output:
	// false
	// true
}

// What a peer announces in its HELLO, and what it reads from a WELCOME.
func ExampleRoles() {
	announced := wamp.Roles{}.With(wamp.RoleCaller, wamp.FeatureCallTimeout).With(wamp.RoleSubscriber)
	parsed, err := wamp.ParseRoles(announced.Dict())
	if err != nil {
		panic(err)
	}
	fmt.Println(parsed.Has(wamp.RoleCaller), parsed.Supports(wamp.RoleCaller, wamp.FeatureCallTimeout), parsed.Has(wamp.RoleCallee))
	// Output: true true false
}
