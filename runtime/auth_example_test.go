package runtime_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"

	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
)

// A person's password, which does not travel. The router has to know it, too.
func ExampleSCRAM() {
	ctx := context.Background()
	session, err := runtime.Dial(ctx, "wss://router.example.com/ws", "realm1",
		runtime.WithAuth(runtime.SCRAM("joe", os.Getenv("PASSWORD"))))
	switch {
	case errors.Is(err, wamp.ErrAuthenticationDenied):
		fmt.Println("no such user, or another password")
		return
	case err != nil:
		fmt.Println(err)
		return
	}
	defer session.Close()
}

// A machine's key. The proof is good for this TLS connection only, and the router
// has to prove that it has the key which is expected of it.
func ExampleCryptosign() {
	key, err := runtime.ParsePrivateKey(os.Getenv("KEY"))
	if err != nil {
		fmt.Println(err)
		return
	}
	router, err := runtime.ParsePublicKey("4a3838f6fe75251e613329d53fc69b262d5eac97fb1d73bebbaed4015b53c862")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	session, err := runtime.Dial(ctx, "tcps://router.example.com:8443", "realm1",
		runtime.WithAuth(runtime.Cryptosign("backend", key, runtime.BindChannel(true), runtime.TrustRouter(router))))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
}

// A client certificate.
func ExampleTLS() {
	certificate, err := tls.LoadX509KeyPair("client.pem", "client.key")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	session, err := runtime.Dial(ctx, "tcps://router.example.com:8443", "realm1",
		runtime.WithTLS(&tls.Config{Certificates: []tls.Certificate{certificate}}),
		runtime.WithAuth(runtime.TLS()))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
}

// Two methods for the same principal: the router takes the one that it knows.
func ExampleCRA() {
	ctx := context.Background()
	session, err := runtime.Dial(ctx, "wss://router.example.com/ws", "realm1",
		runtime.WithAuth(runtime.SCRAM("joe", os.Getenv("PASSWORD")), runtime.CRA("joe", os.Getenv("PASSWORD"))))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
}

// A token from somewhere else.
func ExampleTicket() {
	ctx := context.Background()
	session, err := runtime.Dial(ctx, "wss://router.example.com/ws", "realm1",
		runtime.WithAuth(runtime.Ticket("ci", os.Getenv("TOKEN"))))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
}
