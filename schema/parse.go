package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Parse reads a catalog as [Catalog.Marshal] writes it. It is strict: members
// that the format does not have, a newer major version, references to nothing,
// undeclared errors and a hash that does not fit are errors, which say where.
func Parse(document []byte) (*Catalog, error) {
	c := new(Catalog)
	if err := c.decode(document); err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	if err := c.verify(); err != nil {
		return nil, fmt.Errorf("catalog %s: %w", c.Service, err)
	}
	return c, nil
}

// decode reads the document without looking at its sense.
func (c *Catalog) decode(document []byte) error {
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("the document is empty")
		}
		return locate(document, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON document")
	}
	raw, err := decodeAny(document)
	if err != nil {
		return err
	}
	if err := c.complete(); err != nil {
		return err
	}
	for _, s := range c.schemas() {
		restore(s.schema, at(raw, s.at))
	}
	return nil
}

// complete reports null where the format wants an object.
func (c *Catalog) complete() error {
	for _, uri := range sortedKeys(c.Procedures) {
		p := c.Procedures[uri]
		if p == nil || p.Args == nil || p.Params == nil || p.Result == nil || p.Result.Args == nil {
			return fmt.Errorf("procedure %s: args, params and result.args are required", uri)
		}
	}
	for _, uri := range sortedKeys(c.Topics) {
		if t := c.Topics[uri]; t == nil || t.Args == nil || t.Params == nil {
			return fmt.Errorf("topic %s: args and params are required", uri)
		}
	}
	for _, uri := range sortedKeys(c.Errors) {
		if e := c.Errors[uri]; e == nil || e.Args == nil {
			return fmt.Errorf("error %s: args is required", uri)
		}
	}
	for _, name := range sortedKeys(c.Defs) {
		if c.Defs[name] == nil {
			return fmt.Errorf("$defs %s: a schema is required", name)
		}
	}
	return nil
}

// verify checks what JSON syntax does not.
func (c *Catalog) verify() error {
	switch major, _, _ := strings.Cut(c.Format, "."); {
	case c.Format == "":
		return errors.New("wampCatalog is missing: this is no catalog")
	case major != "1":
		return fmt.Errorf("wampCatalog %s is newer than this program, which reads %s", c.Format, Format)
	case c.Service == "":
		return errors.New("service is missing")
	}
	if err := c.checkErrors(); err != nil {
		return err
	}
	if err := c.checkReferences(); err != nil {
		return err
	}
	if c.Hash == "" {
		return nil
	}
	hash, err := c.Digest()
	if err != nil {
		return err
	}
	if hash != c.Hash {
		return fmt.Errorf("hash is %s but the content's is %s: the catalog was changed after it was generated", c.Hash, hash)
	}
	return nil
}

// checkErrors wants every error that a procedure declares to be described.
func (c *Catalog) checkErrors() error {
	for _, uri := range sortedKeys(c.Procedures) {
		for _, e := range c.Procedures[uri].Errors {
			if c.Errors[e] == nil {
				return fmt.Errorf("procedure %s declares error %s, which the catalog does not describe", uri, e)
			}
		}
	}
	return nil
}

// checkReferences wants every $ref to be the name of a definition.
func (c *Catalog) checkReferences() error {
	for _, s := range c.schemas() {
		var bad string
		visit(s.schema, func(sub *Schema) {
			name, local := strings.CutPrefix(sub.Ref, refTo(""))
			if sub.Ref != "" && (!local || c.Defs[name] == nil) {
				bad = sub.Ref
			}
		})
		if bad != "" {
			return fmt.Errorf("%s refers to %s, which does not exist", strings.Join(slices.Clone(s.at), " "), bad)
		}
	}
	return nil
}
