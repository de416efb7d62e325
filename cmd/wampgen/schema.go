package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wampkit/wampkit/schema"
	"github.com/wampkit/wampkit/wampgen"
)

type describe struct {
	Format string `enum:"catalog,jsonschema,asyncapi,openrpc" default:"catalog" help:"catalog: one JSON document a service. jsonschema: one JSON Schema 2020-12 for each of its arguments, results and errors. asyncapi: one AsyncAPI 3.0 document a service. openrpc: one OpenRPC document a service with procedures."`
	Out    string `short:"o" type:"path" placeholder:"DIR" help:"Directory to write to; without it, catalogs go to standard output."`
	source
}

// Help is the longer text of wampgen schema --help.
func (d *describe) Help() string {
	return `Without -o, the documents of all services are printed one after the other. With -o DIR:

    DIR/com.acme.device.v1.catalog.json                     -format catalog
    DIR/com.acme.device.v1.asyncapi.json                    -format asyncapi
    DIR/com.acme.device.v1.openrpc.json                     -format openrpc
    DIR/com.acme.device.v1/procedures/….args.schema.json    -format jsonschema

The catalog says everything; the others are what their standards have words for. All of
them: docs/schemas.md.`
}

// Run writes catalogs or schemas.
func (d *describe) Run(ctx context.Context, std streams) error {
	if d.Format == "jsonschema" && d.Out == "" {
		return errors.New("-format jsonschema makes many files: say where with -o DIR")
	}
	descriptions, err := d.describe(ctx, std)
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	for name, description := range named(descriptions) {
		if err := d.documents(name, description.Catalog, files); err != nil {
			return fmt.Errorf("%s.%s: %w", description.Package, description.Interface, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if d.Out == "" {
			if _, err := std.out.Write(files[name]); err != nil {
				return err
			}
			continue
		}
		if err := update(filepath.Join(d.Out, filepath.FromSlash(name)), files[name]); err != nil {
			return err
		}
	}
	return nil
}

// documents adds the files that describe one service.
func (d *describe) documents(name string, c *schema.Catalog, files map[string][]byte) error {
	var document []byte
	var err error
	switch d.Format {
	case "catalog":
		document, err = c.MarshalIndent()
	case "asyncapi":
		document, err = schema.AsyncAPI(c)
	case "openrpc":
		if len(c.Procedures) == 0 {
			return nil // it has no word for topics
		}
		document, err = schema.OpenRPC(c)
	default:
		documents, err := schema.JSONSchemaFiles(c)
		for file, document := range documents {
			files[name+"/"+file] = document
		}
		return err
	}
	files[name+"."+d.Format+".json"] = document
	return err
}

// named calls each catalog after its URI prefix and version, and where that is
// not enough to tell two apart, after the interface too.
func named(descriptions []wampgen.Description) map[string]wampgen.Description {
	count := map[string]int{}
	for _, d := range descriptions {
		count[catalogName(d)]++
	}
	result := map[string]wampgen.Description{}
	for _, d := range descriptions {
		name := catalogName(d)
		if count[name] > 1 {
			name += "." + strings.ToLower(d.Interface)
		}
		for base, n := name, 2; result[name].Catalog != nil; n++ {
			name = fmt.Sprintf("%s%d", base, n)
		}
		result[name] = d
	}
	return result
}

func catalogName(d wampgen.Description) string {
	name := d.Catalog.Service
	if d.Catalog.Version != "" {
		name += "." + d.Catalog.Version
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
}

// update writes a file unless it holds the content already.
func update(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return wampgen.WriteFile(path, content)
}
