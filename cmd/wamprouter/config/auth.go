package config

// Auth is the ways to join a realm. A client that offers several gets the first
// of them in the order of the fields.
type Auth struct {
	Cookie     *Cookie     `yaml:"cookie" default:"none" doc:"browsers that logged in before, by a method below that has a challenge"`
	Cryptosign *Cryptosign `yaml:"cryptosign" default:"none" doc:"clients sign a challenge with a private key"`
	TLS        *TLSLogin   `yaml:"tls" default:"none" doc:"the certificate that a client showed in the TLS handshake says who it is"`
	SCRAM      *SCRAM      `yaml:"scram" default:"none" doc:"passwords, with stored keys (wamp-scram)"`
	CRA        *CRA        `yaml:"wampcra" default:"none" doc:"challenge and response with a shared secret"`
	Ticket     *Ticket     `yaml:"ticket" default:"none" doc:"a secret that travels as it is"`
	Dynamic    *Dynamic    `yaml:"dynamic" default:"none" doc:"a procedure that a session registered decides"`
	Anonymous  *Anonymous  `yaml:"anonymous" default:"none" doc:"anybody, without a secret"`
}

// Anonymous lets anybody in.
type Anonymous struct {
	Role string `yaml:"role" default:"anonymous" doc:"the authrole"`
}

// Cookie remembers logins of browsers, in memory.
type Cookie struct {
	Name      string   `yaml:"name" default:"wampkit" doc:"the cookie's name; over TLS __Host- is put before it"`
	MaxAge    Duration `yaml:"max_age" default:"24h" doc:"how long a login is remembered"`
	SameSite  string   `yaml:"same_site" enum:"strict,lax,none" default:"strict" doc:"when browsers send the cookie along: strict, lax or none (for pages of other sites, with TLS)"`
	Secure    bool     `yaml:"secure" default:"over TLS" doc:"for TLS only, where a proxy in front of the router has it"`
	MaxLogins int      `yaml:"max_logins" min:"1" default:"10000" doc:"how many logins are remembered"`
}

// Dynamic lets a procedure decide who may join.
type Dynamic struct {
	Procedure string   `yaml:"procedure" required:"yes" default:"required" doc:"the procedure's URI; whoever serves it has to join by another method"`
	Methods   []string `yaml:"methods" enum:"anonymous,cryptosign,scram,ticket,wampcra" required:"yes" default:"required" doc:"the methods that it decides about, for users that the file does not name: anonymous, cryptosign, scram, ticket, wampcra"`
	Realm     string   `yaml:"realm" default:"the realm itself" doc:"the realm in which the procedure is registered"`
	Timeout   Duration `yaml:"timeout" default:"3s" doc:"how long an answer may take"`
}

// Ticket is users with tickets.
type Ticket struct {
	Users map[string]*TicketUser `yaml:"users" required:"yes" default:"required" doc:"users, by authid"`
}

// TicketUser has one of its two secrets.
type TicketUser struct {
	User
	Ticket Secret `yaml:"ticket" default:"ticket or sha256" doc:"the ticket"`
	SHA256 string `yaml:"sha256" default:"ticket or sha256" doc:"SHA-256 of the ticket, in hex; for random tickets, not for passwords"`
}

// User is what the users of every method have.
type User struct {
	Role   string `yaml:"role" required:"yes" default:"required" doc:"the authrole"`
	AuthID string `yaml:"authid" default:"the key" doc:"the authid that the session gets"`
}

// CRA is users with shared secrets.
type CRA struct {
	Users map[string]*CRAUser `yaml:"users" required:"yes" default:"required" doc:"users, by authid"`
}

// CRAUser has one of its two secrets.
type CRAUser struct {
	User
	Secret     Secret `yaml:"secret" default:"secret or key" doc:"the password"`
	Key        Secret `yaml:"key" default:"secret or key" doc:"the key that the password and the salt make; see wamprouter hash-password"`
	Salt       string `yaml:"salt" default:"none" doc:"the salt that clients are told"`
	Iterations int    `yaml:"iterations" min:"1" max:"10000000" default:"1000" doc:"rounds of PBKDF2"`
	KeyLen     int    `yaml:"keylen" min:"1" max:"1024" default:"32" doc:"octets that PBKDF2 yields"`
}

// SCRAM is users with passwords.
type SCRAM struct {
	Users                 map[string]*SCRAMUser `yaml:"users" required:"yes" default:"required" doc:"users, by authid"`
	RequireChannelBinding bool                  `yaml:"require_channel_binding" default:"false" doc:"refuse clients that do not bind their proof to the TLS connection"`
}

// SCRAMUser has a password or stored keys.
type SCRAMUser struct {
	User
	Password   Secret `yaml:"password" default:"password or stored keys" doc:"the password"`
	KDF        string `yaml:"kdf" enum:"argon2id13,pbkdf2" default:"argon2id13; pbkdf2 with stored keys" doc:"the key derivation function: argon2id13 or pbkdf2"`
	Iterations int    `yaml:"iterations" min:"1" default:"3 (argon2id13), 600000 (pbkdf2)" doc:"its rounds"`
	Memory     int    `yaml:"memory" min:"8" default:"65536" doc:"memory that argon2id13 takes, in KiB"`
	StoredKey  Secret `yaml:"stored_key" default:"password or stored keys" doc:"from wamprouter hash-password, with salt and server_key"`
	ServerKey  Secret `yaml:"server_key" default:"password or stored keys" doc:"from wamprouter hash-password"`
	Salt       string `yaml:"salt" default:"random" doc:"base64, from wamprouter hash-password"`
}

// Cryptosign is users with key pairs.
type Cryptosign struct {
	Users                 map[string]*CryptosignUser `yaml:"users" required:"yes" default:"required" doc:"users, by authid"`
	RequireChannelBinding bool                       `yaml:"require_channel_binding" default:"false" doc:"refuse clients that do not bind their proof to the TLS connection"`
	RouterKey             Secret                     `yaml:"router_key" default:"none" doc:"private key of the router, 32 octets in hex, with which it proves who it is to clients that ask; see wamprouter keygen"`
}

// CryptosignUser has public keys.
type CryptosignUser struct {
	User
	PubKeys []string `yaml:"pubkeys" required:"yes" default:"required" doc:"public keys, 32 octets in hex; see wamprouter keygen"`
}

// TLSLogin is who the owner of a client certificate is.
type TLSLogin struct {
	By    string              `yaml:"by" enum:"common_name,dns_name,fingerprint" default:"common_name" doc:"what in the certificate is the authid: common_name, dns_name or fingerprint (SHA-256)"`
	Role  string              `yaml:"role" default:"only those in users" doc:"the authrole of owners that users does not name"`
	Users map[string]*TLSUser `yaml:"users" default:"none" doc:"owners, by what by says"`
}

// TLSUser is the owner of a certificate.
type TLSUser struct {
	Role   string `yaml:"role" default:"that of tls" doc:"the authrole"`
	AuthID string `yaml:"authid" default:"the key" doc:"the authid that the session gets"`
}
