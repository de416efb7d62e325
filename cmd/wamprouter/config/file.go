package config

// File is the whole file. A key that is missing has the default in its tag, which
// is what the router or the daemon does without it.
type File struct {
	Listen      []ListenURL       `yaml:"listen" default:"[ws://127.0.0.1:8080/ws]" doc:"where to listen: ws://host:port/path, wss://, tcp://host:port, tcps://, unix:///path?mode=0660; every listener answers WebSocket, RawSocket and long-poll"`
	TLS         *TLS              `yaml:"tls" default:"none" doc:"the certificate of wss and tcps listeners"`
	Origins     []Origin          `yaml:"origins" default:"the same host" doc:"origins whose web pages may connect by WebSocket or long-poll; \"*\" is any"`
	Limits      Limits            `yaml:"limits" default:"as below" doc:"bounds of what peers can make the router hold and wait for"`
	Log         Log               `yaml:"log" default:"as below" doc:"what is written to standard error"`
	Metrics     Address           `yaml:"metrics" default:"none" doc:"where Prometheus metrics, /healthz and /readyz are served: host:port, or a port of 127.0.0.1"`
	Pprof       bool              `yaml:"pprof" default:"false" doc:"serve the profiler below /debug/pprof/ beside the metrics"`
	Realms      map[string]*Realm `yaml:"realms" default:"realm1, open to everybody" doc:"the realms that sessions can join, by name"`
	DecoySecret Secret            `yaml:"decoy_secret" default:"random at every start" doc:"what challenges for users who do not exist are made of; give several routers with the same users, and one that starts again, the same"`
	AutoRealm   *Realm            `yaml:"auto_realm" default:"none" doc:"a model after which any realm that is not named above is made when it is asked for; it ends with its last session"`
}

// TLS is the certificate of the listeners, and what it demands of clients.
type TLS struct {
	Cert       string `yaml:"cert" path:"yes" required:"yes" default:"required" doc:"file with the certificate chain, PEM"`
	Key        string `yaml:"key" path:"yes" required:"yes" default:"required" doc:"file with its private key, PEM"`
	ClientCA   string `yaml:"client_ca" path:"yes" default:"none" doc:"file with the authorities, PEM, that certificates of clients must come from"`
	ClientAuth string `yaml:"client_auth" enum:"optional,required" default:"optional" doc:"whether a client must have a certificate of client_ca: optional or required"`
	MinVersion string `yaml:"min_version" enum:"1.2,1.3" default:"\"1.2\"" doc:"the oldest TLS version that is spoken: \"1.2\" or \"1.3\""`
}

// Log is what is written to standard error.
type Log struct {
	Level  string `yaml:"level" enum:"debug,info,warn,error" default:"info" doc:"debug, info, warn or error; sessions that come and go in good order are told of at debug"`
	Format string `yaml:"format" enum:"text,json" default:"text" doc:"text (key=value) or json"`
}

// Limits are bounds of what peers can make the router hold and wait for.
type Limits struct {
	MaxMessage             Size     `yaml:"max_message" min:"512" max:"1GiB" default:"16MiB" doc:"the longest message that is taken; RawSocket takes at most 16MiB"`
	MaxOptions             Size     `yaml:"max_options" min:"512" default:"64KiB" doc:"how long the options or details of a message may be"`
	PayloadDepth           int      `yaml:"payload_depth" min:"1" max:"10000" default:"64" doc:"how deep lists and dictionaries may nest"`
	OutboundQueue          Size     `yaml:"outbound_queue" min:"1KiB" default:"8MiB" doc:"how much may wait for one session that reads slowly"`
	OnFullQueue            string   `yaml:"on_full_queue" enum:"drop_events,close" default:"drop_events" doc:"what happens when that much waits for longer than stall_timeout: drop_events (they are counted) or close"`
	StallTimeout           Duration `yaml:"stall_timeout" default:"1s" doc:"how long a session with a full queue may hold up those who send to it"`
	HandshakeTimeout       Duration `yaml:"handshake_timeout" default:"5s" doc:"how long a connection may take to say HELLO, and to answer a CHALLENGE"`
	AuthenticationFailures *int     `yaml:"authentication_failures" min:"0" default:"20" doc:"how many attempts to authenticate from one remote address may fail per minute; 0 is any number"`
	GoodbyeTimeout         Duration `yaml:"goodbye_timeout" default:"2s" doc:"how long the answer to the router's GOODBYE may take"`
	Linger                 Duration `yaml:"linger" default:"1s" doc:"how long a last message, such as ABORT, may take to be written"`
	PingInterval           Interval `yaml:"ping_interval" default:"30s" doc:"how long a peer may be silent before it is pinged, or never; a peer that does not answer within 10s is gone"`
	MaxConnections         int      `yaml:"max_connections" min:"0" default:"0" doc:"how many connections may be open; 0 is any number"`
	MaxSessions            int      `yaml:"max_sessions" min:"0" default:"0" doc:"how many sessions may be open; 0 is any number"`
	MaxSessionsPerListener int      `yaml:"max_sessions_per_listener" min:"0" default:"0" doc:"how many sessions may come to one listener; 0 is any number"`
	MaxSessionsPerAddress  int      `yaml:"max_sessions_per_address" min:"0" default:"0" doc:"how many sessions may come from one remote address (IPv6: the first 64 bits); 0 is any number"`
	MaxCalls               int      `yaml:"max_calls" min:"1" default:"65536" doc:"how many calls a session may have open"`
	MaxRegistrations       int      `yaml:"max_registrations" min:"1" default:"131072" doc:"how many registrations a session may have"`
	MaxSubscriptions       int      `yaml:"max_subscriptions" min:"1" default:"131072" doc:"how many subscriptions a session may have"`
	RerouteBytes           Size     `yaml:"reroute_bytes" min:"1" default:"4MiB" doc:"how much of arguments is kept per callee that gives calls back"`
	MessageRate            int      `yaml:"message_rate" min:"0" default:"0" doc:"how many messages a session may send per second; 0 is any number"`
	MessageBurst           int      `yaml:"message_burst" min:"1" default:"as many as in a second" doc:"how many of them at once"`
	ByteRate               Size     `yaml:"byte_rate" min:"0" default:"0" doc:"how much a session may send per second; 0 is any amount"`
	ByteBurst              Size     `yaml:"byte_burst" min:"1" default:"as much as in a second" doc:"how much of it at once"`
	OnRate                 string   `yaml:"on_rate" enum:"slow_down,close" default:"slow_down" doc:"what happens to a session that sends more: slow_down (it is read more slowly) or close"`
	AuthorizationTimeout   Duration `yaml:"authorization_timeout" default:"5s" doc:"how long a dynamic authorizer may take"`
	AuthorizationQueue     Size     `yaml:"authorization_queue" min:"1KiB" default:"1MiB" doc:"how much of a session's requests may wait for the dynamic authorizer"`
}

// Realm is a realm.
type Realm struct {
	Auth              *Auth            `yaml:"auth" default:"anonymous" doc:"the ways to join; without it everybody may"`
	Roles             map[string]*Role `yaml:"roles" default:"everybody may do everything" doc:"what the sessions of each role may do; what no rule allows is forbidden"`
	DynamicAuthorizer string           `yaml:"dynamic_authorizer" default:"none" doc:"a procedure that decides about what roles do not allow"`
	AuthorizerCache   Duration         `yaml:"authorizer_cache" default:"none" doc:"how long a decision of dynamic_authorizer is kept that does not say so itself"`
	MaxSessions       int              `yaml:"max_sessions" min:"0" default:"0" doc:"how many sessions the realm may have; 0 is any number"`
	Disclose          Disclose         `yaml:"disclose" default:"nothing" doc:"which identities sessions may disclose (disclose_me)"`
	TrustLevels       map[string]int   `yaml:"trust_levels" default:"none" doc:"how much calls and events of a role are trusted, 0 or more; callees and subscribers that announce trust levels are told"`
	Strict            Strict           `yaml:"strict" default:"nothing" doc:"rules that are lenient by default, because deployed clients break them"`
	History           []History        `yaml:"history" default:"none" doc:"topics whose events are remembered, in memory"`
	MaxRetained       *int             `yaml:"max_retained" min:"0" default:"10000" doc:"how many topics have a retained event; 0 retains nothing"`
	MaxRetainedBytes  Size             `yaml:"max_retained_bytes" min:"1" default:"64MiB" doc:"how much memory retained events take"`
}

// Role is what the sessions of a role may do.
type Role []Rule

// Rule allows actions on URIs. The most specific rule that matches a URI decides.
type Rule struct {
	URI      string   `yaml:"uri" required:"yes" default:"required" doc:"a URI or a pattern, as match says"`
	Match    string   `yaml:"match" enum:"exact,prefix,wildcard" default:"exact" doc:"exact, prefix or wildcard"`
	Allow    []string `yaml:"allow" enum:"call,register,publish,subscribe" required:"yes" default:"required" doc:"what is allowed: call, register, publish, subscribe; [] forbids what a wider rule allows"`
	Disclose Disclose `yaml:"disclose" default:"nothing" doc:"which identities are disclosed without being asked"`
}

// Disclose says which identities are told to other sessions.
type Disclose struct {
	Caller    bool `yaml:"caller" default:"false" doc:"that of callers, to callees"`
	Publisher bool `yaml:"publisher" default:"false" doc:"that of publishers, to subscribers"`
}

// Strict turns rules on which deployed clients break.
type Strict struct {
	URIs       bool `yaml:"uris" default:"false" doc:"only a-z, 0-9 and _ in URIs"`
	RequestIDs bool `yaml:"request_ids" default:"false" doc:"clients must count their requests 1, 2, 3, …"`
	Features   bool `yaml:"features" default:"false" doc:"progressive results only for callees that announce call_canceling too"`
}

// History asks for the history of a topic or pattern.
type History struct {
	URI      string `yaml:"uri" required:"yes" default:"required" doc:"a topic or a pattern, as match says"`
	Match    string `yaml:"match" enum:"exact,prefix,wildcard" default:"exact" doc:"exact, prefix or wildcard"`
	Limit    int    `yaml:"limit" min:"1" default:"1000" doc:"how many events are remembered"`
	MaxBytes Size   `yaml:"max_bytes" min:"1" default:"64MiB" doc:"how much memory they take"`
}
