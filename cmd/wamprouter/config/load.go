package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFile is the longest file that is read, in octets.
const maxFile = 16 << 20

// Loaded is a file that was read and makes sense.
type Loaded struct {
	File
	// Name is what the file is called in messages.
	Name string

	positions map[string]Position
	// literalSecrets tells that a secret stands in the file itself.
	literalSecrets bool
}

// Load reads and checks a file. The error is [Problems], or says why the file
// cannot be read. Paths in it are relative to its folder.
func Load(name string) (*Loaded, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration: %w", err)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("cannot read the configuration: %s is longer than %d octets", name, maxFile)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration: %w", err)
	}
	return Parse(name, content)
}

// Parse is [Load] for a file that was read already.
func Parse(name string, content []byte) (*Loaded, error) {
	d := &decoder{
		file: name, dir: filepath.Dir(name),
		positions: map[string]Position{}, anchors: map[string]ast.Node{}, expanding: map[string]bool{},
	}
	loaded := &Loaded{Name: name, positions: d.positions}
	body := d.parse(content)
	if body != nil {
		d.gatherAnchors(body)
		d.value(body, reflect.ValueOf(&loaded.File).Elem(), nil, "")
	}
	loaded.literalSecrets = d.literalSecrets
	if len(d.problems) > 0 { // what does not read well cannot be judged
		return nil, d.problems.err()
	}
	c := &checker{Loaded: loaded}
	c.check()
	if err := c.problems.err(); err != nil {
		return nil, err
	}
	return loaded, nil
}

// parse finds the syntax tree, nil if the file says nothing or is no YAML.
func (d *decoder) parse(content []byte) (body ast.Node) {
	defer func() {
		if recover() != nil { // in the parser
			d.report(Position{}, nil, "is no YAML that can be understood")
			body = nil
		}
	}()
	if bytes.ContainsRune(content, 0) {
		d.report(Position{}, nil, "is no YAML: it has a zero octet")
		return nil
	}
	file, err := parser.ParseBytes(content, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, message := syntaxError(err)
		d.report(at, nil, "%s", message)
		return nil
	}
	for _, document := range file.Docs {
		switch b := document.Body.(type) {
		case nil, *ast.NullNode, *ast.CommentGroupNode:
		default:
			if body != nil {
				d.report(positionOf(b), nil, "a second document: want one in a file")
				return nil
			}
			body = b
		}
	}
	return body
}

// syntaxError is what the parser says, without the excerpt of the file: that may
// be a secret.
func syntaxError(err error) (Position, string) {
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) {
		return Position{}, "is no YAML: " + firstLine(err.Error())
	}
	at := Position{}
	if t := syntax.Token; t != nil && t.Position != nil {
		at = Position{t.Position.Line, t.Position.Column}
	}
	return at, "is no YAML: " + firstLine(syntax.Message)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// gatherAnchors notes every anchor.
func (d *decoder) gatherAnchors(body ast.Node) { ast.Walk(anchorVisitor{d}, body) }

type anchorVisitor struct{ d *decoder }

// Visit implements ast.Visitor.
func (v anchorVisitor) Visit(node ast.Node) ast.Visitor {
	if anchor, ok := node.(*ast.AnchorNode); ok && anchor.Name != nil {
		v.d.anchors[anchor.Name.GetToken().Value] = anchor.Value
	}
	return v
}
