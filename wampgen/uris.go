package wampgen

import (
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wampkit/wampkit/wampgen/diag"
)

// claim is a URI taken by a method.
type claim struct {
	kind, uri, match string
	pos              token.Position
	by               string
}

// repeatedURIs reports procedures with one URI, and topics with one URI, over
// all packages. Which one is reported depends on positions, not on order.
func repeatedURIs(packages []*loaded) diag.List {
	var claims []claim
	for _, p := range packages {
		if p.model == nil {
			continue
		}
		for _, s := range p.model.Services {
			for _, m := range s.Procedures {
				claims = append(claims, claim{"procedure", m.URI, m.Match, m.Pos, s.Interface + "." + m.Name})
			}
		}
		for _, t := range p.model.Topics {
			for _, m := range t.Topics {
				claims = append(claims, claim{"topic", m.URI, m.Match, m.Pos, t.Interface + "." + m.Name})
			}
		}
	}
	slices.SortFunc(claims, func(a, b claim) int {
		if c := strings.Compare(a.pos.Filename, b.pos.Filename); c != 0 {
			return c
		}
		return a.pos.Offset - b.pos.Offset
	})
	var complaints diag.List
	first := map[[2]string]claim{}
	for _, c := range claims {
		other, taken := first[[2]string{c.kind, c.uri}]
		if !taken {
			first[[2]string{c.kind, c.uri}] = c
			continue
		}
		complaints.Add(c.pos, diag.RepeatedURI, "%s has the URI %q of %s (%s)", c.by, c.uri, other.by,
			fmt.Sprintf("%s:%d", filepath.Base(other.pos.Filename), other.pos.Line))
	}
	return complaints
}
