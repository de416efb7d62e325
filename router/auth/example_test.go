package auth_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/runtime"
	"github.com/wampkit/wampkit/wamp"
	"github.com/wampkit/wampkit/wamp/proof"
)

// A realm that people join with a password and machines with a key. What is stored
// in place of the password is made once, by DeriveSCRAM or "wamprouter hash-password".
func Example() {
	private, public := auth.NewCryptosignKey() // the machine keeps the first
	joe, err := auth.DeriveSCRAM("correct horse battery staple", proof.PBKDF2, 4096, 0)
	if err != nil {
		log.Fatal(err)
	}
	joe.Role = "user"
	scram, err := auth.NewSCRAM(auth.Static[auth.SCRAMUser]{"joe": joe})
	if err != nil {
		log.Fatal(err)
	}
	cryptosign, err := auth.NewCryptosign(auth.Static[auth.CryptosignUser]{
		"backend": {PublicKeys: []string{public}, Role: "service"},
	})
	if err != nil {
		log.Fatal(err)
	}
	r := router.New(router.Config{
		Realms: []router.RealmConfig{{
			Name:           "realm1",
			Authenticators: []router.Authenticator{cryptosign, scram},
		}},
		Logger: slog.New(slog.DiscardHandler),
	})
	ctx := context.Background()
	defer r.Shutdown(ctx)

	key, err := runtime.ParsePrivateKey(private)
	if err != nil {
		log.Fatal(err)
	}
	for _, by := range []runtime.Authenticator{
		runtime.SCRAM("joe", "correct horse battery staple"),
		runtime.Cryptosign("", key),
		runtime.SCRAM("joe", "guess"),
	} {
		session, err := runtime.Join(ctx, r.Connect(wamp.CBOR), "realm1", runtime.WithAuth(by))
		if err != nil {
			fmt.Println(err)
			continue
		}
		who := session.Details()
		fmt.Printf("%s is a %s, by %s\n", who.AuthID, who.AuthRole, who.AuthMethod)
		session.Close()
	}
	// Output:
	// joe is a user, by wamp-scram
	// backend is a service, by cryptosign
	// join realm "realm1": wamp.error.authentication_denied: authentication was denied
}

// Users of a database are found when they log in.
func ExampleUsers() {
	cra, err := auth.NewCRA(database{}, auth.Provider("userdb"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cra.Method())
	// Output: wampcra
}

// database is a stand-in for one.
type database struct{}

// Find implements [auth.Users].
func (database) Find(ctx context.Context, a *router.Attempt) (auth.CRAUser, bool, error) {
	// SELECT key, salt, iterations, role FROM users WHERE realm = a.Realm AND name = a.AuthID
	return auth.CRAUser{}, false, nil
}
