package schema

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// Check compiles every schema of c as strict JSON Schema 2020-12 and returns the
// first error. What a [Builder] made never fails it, short of user's own
// keywords in struct tags.
func (c *Catalog) Check() error {
	document, err := c.Marshal()
	if err != nil {
		return err
	}
	raw, err := validator.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return err
	}
	compiler := validator.NewCompiler()
	compiler.DefaultDraft(validator.Draft2020)
	const home = "wamp:catalog"
	if err := compiler.AddResource(home, raw); err != nil {
		return fmt.Errorf("catalog %s: %w", c.Service, err)
	}
	for _, s := range c.schemas() {
		if _, err := compiler.Compile(home + "#" + pointer(s.at)); err != nil {
			return fmt.Errorf("catalog %s: %s: %w", c.Service, strings.Join(s.at, " "), err)
		}
	}
	return nil
}

// pointer is a JSON pointer as a URI fragment.
func pointer(tokens []string) string {
	var out strings.Builder
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for _, token := range tokens {
		out.WriteString("/" + url.PathEscape(escape.Replace(token)))
	}
	return out.String()
}
