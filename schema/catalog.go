package schema

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/invopop/jsonschema"
)

// Format is the version of the catalog format this package reads and writes.
const Format = "1.0"

// Schema is a JSON Schema 2020-12, in invopop's model. What the model has no
// field for, such as x-wamp-type, is in Extras.
type Schema = jsonschema.Schema

// Definitions are named schemas that others refer to as "#/$defs/<name>".
type Definitions = jsonschema.Definitions

// Catalog describes one service: everything a peer in any language needs to
// talk to it. References of its schemas are relative to the catalog document.
type Catalog struct {
	Format      string `json:"wampCatalog"` // filled in by Marshal
	Service     string `json:"service"`     // URI prefix without the version, such as "com.acme.device"
	Version     string `json:"version,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Hash        string `json:"hash,omitempty"` // filled in by Marshal, see [Catalog.Digest]

	Procedures map[string]*Procedure `json:"procedures"` // by URI; {name} stands for a component
	Topics     map[string]*Topic     `json:"topics"`     // likewise
	Errors     map[string]*ErrorDef  `json:"errors"`     // by URI
	Defs       Definitions           `json:"$defs"`
}

// Procedure is what a caller and a callee agree on. Its arguments are given
// twice: Args is the list that travels, for validators; Params is an object, for
// code generators, whose properties carry x-wamp-position when they travel in
// the list (and x-wamp-variadic when they are the rest of it). A property
// without a position travels as a keyword argument.
type Procedure struct {
	Summary     string             `json:"summary,omitempty"`     // first sentence of the documentation
	Description string             `json:"description,omitempty"` // all of it
	Deprecated  string             `json:"deprecated,omitempty"`  // why, or what to use instead
	Match       string             `json:"match,omitempty"`       // "prefix" or "wildcard"; exact is left out
	Register    string             `json:"register,omitempty"`    // the pattern to register, where it differs from the URI
	Invoke      string             `json:"invoke,omitempty"`      // shared registration policy; single is left out
	TimeoutMs   int64              `json:"timeoutMs,omitempty"`   // default call timeout
	Idempotent  bool               `json:"idempotent,omitempty"`  // may be retried
	Disclose    bool               `json:"disclose,omitempty"`    // callers disclose their identity
	URIParams   map[string]*Schema `json:"uriParams,omitempty"`   // by the name in braces
	Args        *Schema            `json:"args"`                  // the positional arguments, an array
	Params      *Schema            `json:"params"`                // all arguments, an object
	Result      *Result            `json:"result"`
	Progress    *Schema            `json:"progress"` // one progressive result, the only item of its list; nil: none
	Input       *Schema            `json:"input"`    // one progressive invocation's item; nil: none
	Errors      []string           `json:"errors"`   // URIs of declared errors
}

// Result is what a procedure returns.
type Result struct {
	Args   *Schema  `json:"args"`             // the positional results, an array
	Params *Schema  `json:"params,omitempty"` // the keyword results, an object; nil: none
	Names  []string `json:"names"`            // of the positional results; "" where unnamed
}

// Topic is what a publisher and its subscribers agree on. Args and Params are
// those of [Procedure].
type Topic struct {
	Summary     string             `json:"summary,omitempty"`
	Description string             `json:"description,omitempty"`
	Deprecated  string             `json:"deprecated,omitempty"`
	Match       string             `json:"match,omitempty"`     // "prefix" or "wildcard"; exact is left out
	Subscribe   string             `json:"subscribe,omitempty"` // the pattern to subscribe to, where it differs from the URI
	Ack         bool               `json:"ack,omitempty"`       // publications are acknowledged
	Retain      bool               `json:"retain,omitempty"`    // the last event is kept for new subscribers
	Disclose    bool               `json:"disclose,omitempty"`  // publishers disclose their identity
	URIParams   map[string]*Schema `json:"uriParams,omitempty"`
	Args        *Schema            `json:"args"`
	Params      *Schema            `json:"params"`
}

// ErrorDef is a declared error: ERROR(uri, args, params).
type ErrorDef struct {
	Summary     string  `json:"summary,omitempty"`
	Description string  `json:"description,omitempty"`
	Args        *Schema `json:"args"`             // the list with the message
	Params      *Schema `json:"params,omitempty"` // the error's fields, an object; nil: none
}

// Marshal writes c as compact JSON, with the format's version and the hash
// filled in. It is deterministic and does not change c.
func (c *Catalog) Marshal() ([]byte, error) {
	document, _, err := c.MarshalHashed()
	return document, err
}

// MarshalHashed is [Catalog.Marshal] that also returns the hash in the document.
func (c *Catalog) MarshalHashed() (document []byte, hash string, err error) {
	if hash, err = c.Digest(); err != nil {
		return nil, "", err
	}
	out := c.normalized()
	out.Hash = hash
	document, err = marshalDocument(out)
	return document, hash, err
}

// MarshalIndent is [Catalog.Marshal] for human eyes: indented by two blanks, with a final newline.
func (c *Catalog) MarshalIndent() ([]byte, error) {
	compact, err := c.Marshal()
	if err != nil {
		return nil, err
	}
	return indentDocument(compact)
}

// Digest is "sha256:" and the hex digest of [Catalog.Lock]: it changes when
// something that peers can observe changes, and not with documentation.
func (c *Catalog) Digest() (string, error) {
	lock, err := c.Lock()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// Lock writes c's canonical form: compact JSON without documentation (titles of
// the catalog, summaries, descriptions, comments, examples) and without the hash,
// all object members sorted.
func (c *Catalog) Lock() ([]byte, error) {
	full, err := marshalDocument(c.normalized())
	if err != nil {
		return nil, err
	}
	bare := new(Catalog)
	if err := bare.decode(full); err != nil {
		return nil, fmt.Errorf("catalog %s: %w", c.Service, err)
	}
	bare.stripDocumentation()
	document, err := json.Marshal(bare)
	if err != nil {
		return nil, err
	}
	lock := jsontext.Value(document)
	if err := lock.Format(jsontext.ReorderRawObjects(true)); err != nil {
		return nil, err
	}
	return lock, nil
}

// normalized is c with everything present that the format always has.
func (c *Catalog) normalized() *Catalog {
	out := *c
	out.Format, out.Hash = Format, ""
	out.Procedures = make(map[string]*Procedure, len(c.Procedures))
	for uri, p := range c.Procedures {
		procedure := *p
		procedure.Errors = append([]string{}, p.Errors...)
		slices.Sort(procedure.Errors)
		procedure.Errors = slices.Compact(procedure.Errors)
		if p.Result != nil {
			result := *p.Result
			result.Names = append([]string{}, p.Result.Names...)
			procedure.Result = &result
		}
		out.Procedures[uri] = &procedure
	}
	out.Topics = orEmpty(c.Topics)
	out.Errors = orEmpty(c.Errors)
	out.Defs = orEmpty(c.Defs)
	return &out
}

func orEmpty[M ~map[K]V, K comparable, V any](m M) M {
	if m == nil {
		return M{}
	}
	return m
}

func (c *Catalog) stripDocumentation() {
	c.Title, c.Description, c.Hash = "", "", ""
	for _, p := range c.Procedures {
		p.Summary, p.Description = "", ""
	}
	for _, t := range c.Topics {
		t.Summary, t.Description = "", ""
	}
	for _, e := range c.Errors {
		e.Summary, e.Description = "", ""
	}
	for _, s := range c.schemas() {
		visit(s.schema, func(s *Schema) {
			s.Description, s.Comments, s.Examples = "", "", nil
			delete(s.Extras, extraEnumDescriptions)
		})
	}
}

// located is a schema of a catalog and its JSON pointer's tokens.
type located struct {
	at     []string
	schema *Schema
}

// schemas lists every schema of c that is not nested in another, in the
// document's order.
func (c *Catalog) schemas() []located {
	var out []located
	add := func(s *Schema, at ...string) {
		if s != nil {
			out = append(out, located{at, s})
		}
	}
	for _, uri := range sortedKeys(c.Procedures) {
		p := c.Procedures[uri]
		for _, name := range sortedKeys(p.URIParams) {
			add(p.URIParams[name], "procedures", uri, "uriParams", name)
		}
		add(p.Args, "procedures", uri, "args")
		add(p.Params, "procedures", uri, "params")
		if p.Result != nil {
			add(p.Result.Args, "procedures", uri, "result", "args")
			add(p.Result.Params, "procedures", uri, "result", "params")
		}
		add(p.Progress, "procedures", uri, "progress")
		add(p.Input, "procedures", uri, "input")
	}
	for _, uri := range sortedKeys(c.Topics) {
		t := c.Topics[uri]
		for _, name := range sortedKeys(t.URIParams) {
			add(t.URIParams[name], "topics", uri, "uriParams", name)
		}
		add(t.Args, "topics", uri, "args")
		add(t.Params, "topics", uri, "params")
	}
	for _, uri := range sortedKeys(c.Errors) {
		add(c.Errors[uri].Args, "errors", uri, "args")
		add(c.Errors[uri].Params, "errors", uri, "params")
	}
	for _, name := range sortedKeys(c.Defs) {
		add(c.Defs[name], "$defs", name)
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// marshalDocument is json.Marshal without escaping <, > and &, which nested
// MarshalJSON methods have already escaped by the time an encoder sees them.
func marshalDocument(v any) ([]byte, error) {
	escaped, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	document := jsontext.Value(escaped)
	if err := document.Format(); err != nil {
		return nil, err
	}
	return document, nil
}

func indentDocument(compact []byte) ([]byte, error) {
	document := jsontext.Value(bytes.Clone(compact))
	if err := document.Indent(jsontext.WithIndent("  ")); err != nil {
		return nil, err
	}
	return append(document, '\n'), nil
}
