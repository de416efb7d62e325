// Package emit writes a package's model as Go.
//
// The output depends on nothing but the model: no tool version, path or time
// goes into it, and gofmt leaves it as it is. Bodies are tiny, because the logic lives in
// package runtime: a method builds arguments, calls, and reads results.
//
// Every name comes from an allocator of [names]: emitted declarations and imports
// share one scope with the user's package, and each function body has
// its own, in which the user's parameter names are kept wherever they can be.
package emit

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"
	"golang.org/x/sync/errgroup"

	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/load"
	"github.com/wampkit/wampkit/wampgen/model"
)

// Catalog is the description of one service as it is embedded.
type Catalog struct {
	Document []byte
	Hash     string
}

// File emits the package's generated file. Catalogs are by the name of the
// service or topics interface; one without an entry embeds none. Diagnostics are names
// that collide with the user's; there is no file then.
func File(m *model.Package, catalogs map[string]Catalog) ([]byte, diag.List, error) {
	f := &file{model: m, catalogs: catalogs}
	f.plan()
	if len(f.complaints) > 0 {
		return nil, f.complaints, nil
	}
	f.handshake()
	f.errors()
	f.oneOfs()
	for _, s := range f.services {
		f.service(s)
	}
	for _, t := range f.topics {
		f.topicSet(t)
	}
	source, err := f.render()
	return source, nil, err
}

// file is one file in the making.
type file struct {
	model      *model.Package
	catalogs   map[string]Catalog
	complaints diag.List

	declarations
	imports imports
	body    []jen.Code
}

// add appends a top-level declaration made of pieces, with a blank line behind it.
func (f *file) add(pieces ...jen.Code) {
	f.body = append(f.body, jen.Add(pieces...), jen.Line())
}

// render writes the file: its head, and behind it the declarations, which are
// formatted in pieces and at the same time, since that is most of the work.
func (f *file) render() ([]byte, error) {
	pieces := slices.Collect(slices.Chunk(f.body, pieceSize))
	rendered := make([][]byte, len(pieces)+1)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	group.Go(func() (err error) {
		rendered[0], err = f.piece([]jen.Code{f.imports.decl()}, true)
		return err
	})
	for i, piece := range pieces {
		group.Go(func() (err error) {
			rendered[i+1], err = f.piece(piece, false)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("emit %s: %w", f.model.Path, err)
	}
	return append(bytes.Join(rendered, []byte("\n\n")), '\n'), nil
}

// pieceSize is how many declarations are formatted together.
const pieceSize = 200

// piece formats declarations, behind the head of the file or alone.
func (f *file) piece(declarations []jen.Code, head bool) ([]byte, error) {
	out := jen.NewFile(f.model.Name)
	if head {
		out.HeaderComment(load.Header)
	}
	for _, code := range declarations {
		out.Add(code)
	}
	var buffer bytes.Buffer
	if err := out.Render(&buffer); err != nil {
		return nil, err
	}
	source := bytes.TrimSpace(buffer.Bytes())
	if !head {
		source = bytes.TrimSpace(bytes.TrimPrefix(source, []byte("package "+f.model.Name)))
	}
	return source, nil
}

// doc is a comment, line by line: a "*/" in the text must not end it.
func doc(text string) *jen.Statement {
	s := jen.Null()
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		line = strings.TrimRight(line, " \t\r")
		switch {
		case line == "":
			s.Comment("//").Line()
		case line[0] == '\t': // code, as gofmt has it
			s.Comment("//" + line).Line()
		default:
			s.Comment("// " + line).Line()
		}
	}
	return s
}

// lineWidth is where our own sentences are broken. The user's lines stay as they are.
const lineWidth = 80

// says is a comment in our own words.
func says(format string, args ...any) *jen.Statement { return doc(wrap(fmt.Sprintf(format, args...))) }

// wrap breaks a text into lines.
func wrap(text string) string {
	var b strings.Builder
	width := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case width+1+len(word) > lineWidth-len("// "):
			b.WriteByte('\n')
			width = 0
		default:
			b.WriteByte(' ')
			width++
		}
		b.WriteString(word)
		width += len(word)
	}
	return b.String()
}

// paragraphs joins those that are not empty.
func paragraphs(texts ...string) string {
	var kept []string
	for _, text := range texts {
		if text = strings.TrimRight(text, "\n"); text != "" {
			kept = append(kept, text)
		}
	}
	return strings.Join(kept, "\n\n")
}
