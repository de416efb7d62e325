package schema_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/schema"
)

func TestParseReadsWhatMarshalWrites(t *testing.T) {
	for _, write := range []func(*schema.Catalog) ([]byte, error){(*schema.Catalog).Marshal, (*schema.Catalog).MarshalIndent} {
		document := one(write(device(t)))
		c, err := schema.Parse(document)
		if err != nil {
			t.Fatal(err)
		}
		if again := one(write(c)); !bytes.Equal(document, again) {
			t.Errorf("lost something:\n%s\n%s", document, again)
		}
	}
}

func TestParseIsStrict(t *testing.T) {
	document := string(one(device(t).MarshalIndent()))
	for _, row := range []struct{ name, old, new, want string }{
		{"syntax", `"topics": {`, `"topics": [`, "line "},
		{"empty", document, "", "empty"},
		{"two documents", document, document + "{}", "follows"},
		{"no catalog", document, `{"openapi":"3.1.0"}`, `unknown field "openapi"`},
		{"no version", `"wampCatalog": "1.0",`, ``, "no catalog"},
		{"newer", `"wampCatalog": "1.0"`, `"wampCatalog": "2.0"`, "newer"},
		{"unknown member", `"idempotent": true`, `"idempotend": true`, `unknown field "idempotend"`},
		{"wrong type", `"timeoutMs": 5000`, `"timeoutMs": "5s"`, "timeoutMs"},
		{"no service", `"service": "com.acme.device",`, ``, "service is missing"},
		{"dangling reference", `"$ref": "#/$defs/Level"`, `"$ref": "#/$defs/Livel"`, "refers to #/$defs/Livel"},
		{"foreign reference", `"$ref": "#/$defs/Level"`, `"$ref": "http://example.com/x"`, "refers to http"},
		{"undeclared error", `"com.acme.device.busy",`, `"com.acme.device.bizzy",`, "declares error com.acme.device.bizzy"},
		{"tampered", `"invoke": "roundrobin"`, `"invoke": "random"`, "changed after it was generated"},
		{"missing args", document, `{"wampCatalog":"1.0","service":"x","procedures":{"x.y":{"params":{},"result":{"args":{}}}}}`, "procedure x.y: args"},
		{"null procedure", document, `{"wampCatalog":"1.0","service":"x","procedures":{"x.y":null}}`, "procedure x.y"},
		{"null topic", document, `{"wampCatalog":"1.0","service":"x","topics":{"x.y":null}}`, "topic x.y"},
		{"null error", document, `{"wampCatalog":"1.0","service":"x","errors":{"x.y":null}}`, "error x.y"},
		{"null definition", document, `{"wampCatalog":"1.0","service":"x","$defs":{"X":null}}`, "$defs X"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if !strings.Contains(document, row.old) {
				t.Fatalf("no %q in %s", row.old, document)
			}
			_, err := schema.Parse([]byte(strings.Replace(document, row.old, row.new, 1)))
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("error is %v, want %q in it", err, row.want)
			}
		})
	}
}

func TestParseWithoutHash(t *testing.T) {
	c, err := schema.Parse([]byte(`{"wampCatalog":"1.7","service":"x"}`))
	if err != nil || c.Service != "x" {
		t.Errorf("%v, %v", c, err)
	}
}

func TestParseSchemaKeepsForeignKeywordsAndNumbers(t *testing.T) {
	const document = `{"$ref":"#/$defs/A","$defs":{"A":{"items":{"enum":[9007199254740993],"x-b":{"c":1}}}},"maximum":18446744073709551615,"default":18446744073709551615,"x-a":[true]}`
	s, err := schema.ParseSchema([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	wantJSON(t, "schema", s, document)
	for _, number := range []string{"9007199254740993", `"default":18446744073709551615`, `"maximum":18446744073709551615`} {
		if text := one(s.MarshalJSON()); !bytes.Contains(text, []byte(number)) {
			t.Errorf("%s is not in %s", number, text)
		}
	}
	if _, err := schema.ParseSchema([]byte("{\n  \"type\": }")); err == nil || !strings.Contains(err.Error(), "line 2, column 11") {
		t.Errorf("error is %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(one(device(f).Marshal()))
	f.Add([]byte(`{"wampCatalog":"1.0","service":"x","procedures":{"x":{"args":true,"params":false,"result":{"args":{}}}}}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		c, err := schema.Parse(document)
		if err != nil {
			return
		}
		written, err := c.Marshal()
		if err != nil {
			t.Fatalf("parsed but not written: %v", err)
		}
		if _, err := schema.Parse(written); err != nil {
			t.Fatalf("written but not parsed: %v\n%s", err, written)
		}
	})
}
