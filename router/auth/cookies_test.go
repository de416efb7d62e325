package auth_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/transport"
	"github.com/wampkit/wampkit/wamp"
)

// setCookie is the cookie that the router set for a connection, nil for none. It is
// asked for by a request of its own, since the client's transport does not tell.
func setCookie(t *testing.T, p *place, header http.Header, client *http.Client) *http.Cookie {
	t.Helper()
	url := strings.Replace(strings.TrimSuffix(p.url, "/ws"), "ws", "http", 1) + "/lp/open"
	request := must[*http.Request](t)(http.NewRequest(http.MethodPost, url, bytes.NewReader([]byte(`{"protocols":["wamp.2.json"]}`))))
	for name, values := range header {
		request.Header[name] = values
	}
	response := must[*http.Response](t)(client.Do(request))
	defer response.Body.Close()
	var opened struct{ Transport string }
	if body := must[[]byte](t)(io.ReadAll(response.Body)); json.Unmarshal(body, &opened) != nil || opened.Transport == "" {
		t.Fatalf("%s: %s", response.Status, body)
	}
	poll := strings.Replace(url, "open", opened.Transport, 1)
	t.Cleanup(func() {
		if response, err := client.Post(poll+"/close", "application/json", nil); err == nil {
			response.Body.Close()
		}
	})
	cookies := response.Cookies()
	if len(cookies) == 0 {
		return nil
	}
	cookies[0].Raw = poll // for those who log in by long-poll
	return cookies[0]
}

// pollSay sends a message by long-poll, and pollHear fetches the next one.
func pollSay(t *testing.T, client *http.Client, poll string, message ...any) {
	t.Helper()
	body := must[[]byte](t)(json.Marshal(message))
	response := must[*http.Response](t)(client.Post(poll+"/send", "application/json", bytes.NewReader(body)))
	response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		t.Fatalf("send: %s", response.Status)
	}
}

func pollHear(t *testing.T, client *http.Client, poll string) l {
	t.Helper()
	response := must[*http.Response](t)(client.Post(poll+"/receive", "application/json", nil))
	defer response.Body.Close()
	var message l
	if err := json.NewDecoder(response.Body).Decode(&message); err != nil {
		t.Fatalf("receive: %s, %v", response.Status, err)
	}
	return message
}

// logIn logs in by ticket on the connection that a cookie was set for, and returns
// the header that brings the cookie again.
func logIn(t *testing.T, p *place, client *http.Client, cookie *http.Cookie) http.Header {
	t.Helper()
	pollSay(t, client, cookie.Raw, 1, "realm1", d{"roles": d{"caller": d{}}, "authmethods": l{"cookie", "ticket"}, "authid": "joe"})
	if m := pollHear(t, client, cookie.Raw); m[0] != 4.0 {
		t.Fatalf("want a challenge, got %v", m)
	}
	pollSay(t, client, cookie.Raw, 5, "sesame", d{})
	if m := pollHear(t, client, cookie.Raw); m[0] != 2.0 {
		t.Fatalf("want WELCOME, got %v", m)
	}
	return bearing(cookie)
}

func bearing(cookie *http.Cookie) http.Header {
	return http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}}
}

var cookieHello = d{"authmethods": l{"cookie"}}

// cookieConfig is realm1 with cookies, and realm2 with the same.
func cookieConfig(t *testing.T, cookies *auth.Cookies) router.Config {
	t.Helper()
	config := realm1(cookies, must[*auth.Ticket](t)(auth.NewTicket(ticketUsers(t))))
	config.Realms = append(config.Realms, router.RealmConfig{Name: "realm2", Authenticators: config.Realms[0].Authenticators})
	return config
}

func newClient(t *testing.T, base http.RoundTripper) *http.Client {
	transport, _ := base.(*http.Transport)
	if transport == nil {
		transport = &http.Transport{}
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

func TestW206_CookiesRememberALogin(t *testing.T) {
	cookies := auth.NewCookies(auth.CookieConfig{})
	p := start(t, cookieConfig(t, cookies), "ws")
	client := newClient(t, nil)
	cookie := setCookie(t, p, nil, client)
	if cookie == nil || cookie.Name != "wampkit" || !cookie.HttpOnly || cookie.Secure || cookie.SameSite != http.SameSiteStrictMode || cookie.MaxAge != 86400 || len(cookie.Value) < 26 {
		t.Fatalf("the cookie is %v", cookie)
	}
	mine := logIn(t, p, client, cookie)

	c := p.dial(bringing(mine))
	c.hello(d{"authmethods": l{"cookie", "ticket"}})
	c.is(c.welcomed(), "joe", "user", "cookie", "static")
	if again := setCookie(t, p, mine, client); again != nil {
		t.Errorf("a cookie that is worth something is replaced by %v", again)
	}

	stranger := p.dial(bringing(mine)) // it is worth something in its realm, to whom it belongs
	stranger.helloTo("realm2", cookieHello)
	stranger.refused(wamp.ErrNoMatchingAuthMethod)
	other := p.dial(bringing(mine))
	other.hello(d{"authmethods": l{"cookie"}, "authid": "jane"})
	other.refused(wamp.ErrNoMatchingAuthMethod)

	if n := cookies.Revoke("realm1", "jane") + cookies.Revoke("realm2", "joe"); n != 0 {
		t.Errorf("revoked %d cookies of others", n)
	}
	if n := cookies.Revoke("realm1", "joe"); n != 1 {
		t.Errorf("revoked %d cookies", n)
	}
	gone := p.dial(bringing(mine))
	gone.hello(cookieHello)
	gone.refused(wamp.ErrNoMatchingAuthMethod)
}

// A cookie is worth nothing before somebody logged in on its own connection.
func TestW206_CookiesThatAreWorthNothing(t *testing.T) {
	p := start(t, cookieConfig(t, auth.NewCookies(auth.CookieConfig{})), "ws")
	client := newClient(t, nil)
	attackers := setCookie(t, p, nil, client)
	planted := bearing(attackers)
	victims := setCookie(t, p, planted, client)
	if victims == nil || victims.Value == attackers.Value {
		t.Fatal("a planted cookie is kept")
	}
	mine := logIn(t, p, client, victims)
	for what, header := range map[string]http.Header{
		"no cookie": nil, "an empty one": {"Cookie": {"wampkit="}}, "a guess": {"Cookie": {"wampkit=" + strings.Repeat("A", 26)}},
		"the planted one": planted, "another name": {"Cookie": {"other=" + victims.Value}},
		"what is no cookie": {"Cookie": {";;=;wampkit; =wampkit"}},
	} {
		c := p.dial(bringing(header))
		c.hello(cookieHello)
		if text := c.refused(wamp.ErrNoMatchingAuthMethod); text == "" {
			t.Errorf("%s: no text", what)
		}
	}
	c := p.dial(bringing(mine))
	c.hello(cookieHello)
	c.welcomed()

	// Who logs in beside a cookie that is worth something is to be asked again.
	c = p.dial(bringing(mine))
	c.hello(d{"authmethods": l{"ticket"}, "authid": "joe"})
	c.challenged("ticket")
	c.say(5, "sesame", d{})
	c.welcomed()
	c = p.dial(bringing(mine))
	c.hello(cookieHello)
	c.refused(wamp.ErrNoMatchingAuthMethod)
}

// Nobody gets a cookie's worth without having answered a challenge.
func TestW206_AnonymousSessionsAreNotRemembered(t *testing.T) {
	p := start(t, realm1(auth.NewCookies(auth.CookieConfig{}), router.Anonymous{}), "ws")
	client := newClient(t, nil)
	cookie := setCookie(t, p, nil, client)
	pollSay(t, client, cookie.Raw, 1, "realm1", d{"roles": d{"caller": d{}}})
	if m := pollHear(t, client, cookie.Raw); m[0] != 2.0 {
		t.Fatalf("got %v", m)
	}
	c := p.dial(bringing(bearing(cookie)))
	c.hello(cookieHello)
	c.refused(wamp.ErrNoMatchingAuthMethod)
}

func TestW206_CookiesOverTLS(t *testing.T) {
	ca := newAuthority(t)
	p := startTLS(t, cookieConfig(t, auth.NewCookies(auth.CookieConfig{SameSite: http.SameSiteLaxMode})), "wss", ca.server())
	client := newClient(t, &http.Transport{TLSClientConfig: ca.client()})
	cookie := setCookie(t, p, nil, client)
	if cookie == nil || cookie.Name != "__Host-wampkit" || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
		t.Fatalf("the cookie is %v", cookie)
	}
	mine := logIn(t, p, client, cookie)
	c := p.dial(over(ca.client()), bringing(mine))
	c.hello(cookieHello)
	c.is(c.welcomed(), "joe", "user", "cookie", "static")
}

// The upgrade to WebSocket sets the cookie, too.
func TestW206_CookiesByWebSocket(t *testing.T) {
	p := start(t, cookieConfig(t, auth.NewCookies(auth.CookieConfig{Secure: true})), "ws")
	request := must[*http.Request](t)(http.NewRequest(http.MethodGet, strings.Replace(p.url, "ws", "http", 1), nil))
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
		"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Protocol": "wamp.2.json",
	} {
		request.Header.Set(name, value)
	}
	response := must[*http.Response](t)(newClient(t, nil).Do(request))
	defer response.Body.Close()
	set := response.Cookies()
	if response.StatusCode != http.StatusSwitchingProtocols || len(set) != 1 || set[0].Name != "__Host-wampkit" || !set[0].Secure {
		t.Errorf("%s, cookies %v", response.Status, set)
	}
}

// attempt is a login on a connection with these headers.
func attemptWith(request, response http.Header) *router.Attempt {
	return &router.Attempt{Realm: "realm1", Connection: transport.Info{RequestHeader: request, ResponseHeader: response}}
}

func TestW206_CookiesExpireAndAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cookies := auth.NewCookies(auth.CookieConfig{MaxAge: time.Hour, MaxLogins: 3})
		login := func() http.Header {
			response := http.Header{}
			cookies.Greet(&http.Request{Header: http.Header{}}, response)
			set := (&http.Response{Header: response}).Cookies()[0]
			a := attemptWith(http.Header{}, response)
			a.Challenge("ticket", nil) // fails, because there is nobody
			cookies.Witness(a, router.Identity{AuthID: "joe", Role: "user"})
			return bearing(set)
		}
		worth := func(header http.Header) bool {
			_, err := cookies.Authenticate(t.Context(), attemptWith(header, nil))
			return err == nil
		}
		first := login()
		time.Sleep(time.Hour - time.Second)
		if !worth(first) {
			t.Error("it is worth nothing too early")
		}
		second := login()
		time.Sleep(2 * time.Second)
		if worth(first) || !worth(second) {
			t.Error("it does not expire in time")
		}
		var all []http.Header
		for range 20 {
			all = append(all, login())
		}
		for i, header := range all {
			if worth(header) != (i >= 17) {
				t.Errorf("login %d of 20: worth something: %v", i+1, worth(header))
			}
		}
		if n := cookies.RevokeAll(); n != 3 || worth(all[19]) {
			t.Errorf("revoked %d", n)
		}
	})
}
