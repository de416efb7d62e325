package router_test

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

func ExampleRole() {
	r := router.New(router.Config{
		Logger: slog.New(slog.DiscardHandler),
		Realms: []router.RealmConfig{{
			Name: "realm1",
			Roles: map[string]router.Role{
				"anonymous": {
					{URI: "com.acme.", Match: wamp.MatchPrefix, Allow: []router.Action{router.ActionCall, router.ActionSubscribe}},
					{URI: "com.acme.internal.", Match: wamp.MatchPrefix},
				},
			},
		}},
	})
	defer r.Shutdown(context.Background())

	client := r.Connect(wamp.JSON)
	defer client.Close()
	say := func(message string) {
		if err := client.SendFrame([]byte(message)); err != nil {
			panic(err)
		}
		client.Flush()
		answer, err := client.Receive()
		if err != nil {
			panic(err)
		}
		if answer[1] != '2' { // WELCOME has a random session id
			fmt.Println(string(answer))
		}
	}
	say(`[1,"realm1",{"roles":{"caller":{},"subscriber":{}}}]`)
	say(`[32,1,{},"com.acme.news"]`)
	say(`[32,2,{},"com.acme.internal.news"]`)
	say(`[32,3,{"match":"prefix"},"com.acme."]`)
	say(`[48,4,{},"com.acme.missing"]`)
	say(`[48,5,{},"com.acme.internal.missing"]`)
	// Output:
	// [33,1,1]
	// [8,32,2,{},"wamp.error.not_authorized",["this session may not subscribe to com.acme.internal.news"]]
	// [8,32,3,{},"wamp.error.not_authorized",["this session may not subscribe to com.acme. with prefix matching"]]
	// [8,48,4,{},"wamp.error.no_such_procedure",["no session serves \"com.acme.missing\""]]
	// [8,48,5,{},"wamp.error.not_authorized",["this session may not call com.acme.internal.missing"]]
}
