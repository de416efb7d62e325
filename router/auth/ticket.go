package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"

	"github.com/wampkit/wampkit/router"
	"github.com/wampkit/wampkit/wamp"
)

// Ticket lets those in who know a ticket (Advanced Profile, section "Ticket-based
// Authentication"). The ticket travels as it is: use it over TLS only.
type Ticket struct{ directory[TicketUser] }

// TicketUser is a principal with a ticket. Exactly one of Ticket and SHA256 is set.
type TicketUser struct {
	// Ticket is the ticket itself.
	Ticket string
	// SHA256 is what [HashTicket] makes of the ticket.
	SHA256 string
	// Role is the authrole.
	Role string
	// AuthID is the authid that the session gets; empty is the one it asked for.
	AuthID string
	// Extra is told as authextra of WELCOME; nil for nothing.
	Extra wamp.Dict

	digest [sha256.Size]byte
}

// NewTicket makes the method "ticket". It fails if [Static] users are not sound.
func NewTicket(users Users[TicketUser], opts ...Option) (*Ticket, error) {
	d, err := newDirectory("ticket", users, opts)
	if err != nil {
		return nil, err
	}
	return &Ticket{d}, nil
}

// HashTicket makes what may be stored in place of a ticket: its SHA-256 in hex. That
// is safe for tickets that nobody can guess, such as 16 random octets, and not for
// passwords that people choose: for these there is [NewSCRAM].
func HashTicket(ticket string) string {
	digest := sha256.Sum256([]byte(ticket))
	return hex.EncodeToString(digest[:])
}

// Authenticate implements [router.Authenticator].
func (t *Ticket) Authenticate(ctx context.Context, a *router.Attempt) (router.Identity, error) {
	user, known, err := t.find(ctx, a)
	if err != nil {
		return router.Identity{}, err
	}
	answer, err := a.Challenge(t.method, wamp.Dict{})
	if err != nil {
		return router.Identity{}, err
	}
	given := sha256.Sum256([]byte(answer.Signature))
	right := subtle.ConstantTimeCompare(given[:], user.digest[:]) == 1
	if !right || !known {
		return router.Identity{}, denied()
	}
	return t.admit(a, user), nil
}

func (u TicketUser) prepare(bool) (TicketUser, error) {
	switch {
	case u.Ticket != "" && u.SHA256 != "":
		return u, errors.New("give the ticket or its hash, not both")
	case u.Ticket != "":
		u.digest = sha256.Sum256([]byte(u.Ticket))
	default:
		digest, err := hex.DecodeString(u.SHA256)
		if err != nil || len(digest) != sha256.Size {
			return u, errors.New("want a ticket, or its SHA-256 in hex")
		}
		u.digest = [sha256.Size]byte(digest)
	}
	u.Ticket, u.SHA256 = "", ""
	return u, nil
}

func (u TicketUser) disguise(noise []byte) TicketUser {
	return TicketUser{digest: [sha256.Size]byte(noise), Role: u.Role}
}

func (u TicketUser) grant() grant { return grant{u.AuthID, u.Role, u.Extra} }
