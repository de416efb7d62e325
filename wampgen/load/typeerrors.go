package load

import (
	"go/token"

	"golang.org/x/tools/go/packages"
)

// TypeErrors are what the type checker said about the loaded packages and those
// of their dependencies that do not compile. It only explains types that cannot
// be resolved: code that calls what is still to be generated has type errors too.
type TypeErrors struct {
	byLine map[fileLine]string
}

type fileLine struct {
	file string
	line int
}

func newTypeErrors(loaded []*packages.Package) *TypeErrors {
	t := &TypeErrors{byLine: map[fileLine]string{}}
	packages.Visit(loaded, nil, func(p *packages.Package) {
		for _, e := range p.TypeErrors {
			pos := e.Fset.Position(e.Pos)
			if at := (fileLine{pos.Filename, pos.Line}); t.byLine[at] == "" {
				t.byLine[at] = e.Msg
			}
		}
	})
	return t
}

// On returns the first error on the line of pos, or nothing.
func (t *TypeErrors) On(pos token.Position) string {
	return t.byLine[fileLine{pos.Filename, pos.Line}]
}
