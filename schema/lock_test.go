package schema_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/schema"
)

func lock(t *testing.T, names ...string) schema.Lock {
	l := schema.Lock{Packages: []string{"./..."}}
	for _, name := range names {
		c := device(t)
		c.Service += name
		l.Services = append(l.Services, schema.LockedService{Interface: "example.com/device.Device" + name, Catalog: c})
	}
	return l
}

func TestLockIsDeterministic(t *testing.T) {
	a, b := lock(t, "A", "B"), lock(t, "B", "A")
	x, y := one(a.Marshal()), one(b.Marshal())
	if !bytes.Equal(x, y) {
		t.Errorf("the order of services matters:\n%s\n%s", x, y)
	}
	for _, word := range []string{"description", "summary", "hash"} {
		if bytes.Contains(x, []byte(`"`+word+`"`)) {
			t.Errorf("the lock holds %s", word)
		}
	}
	if !bytes.HasSuffix(x, []byte("}\n")) || !json.Valid(x) {
		t.Errorf("got %s", x)
	}
}

func TestLockIsReadAgain(t *testing.T) {
	l := lock(t, "A", "B")
	first := one(l.Marshal())
	read := one(schema.ParseLock(first))
	if len(read.Services) != 2 || read.Services[1].Interface != "example.com/device.DeviceB" || read.Packages[0] != "./..." || len(read.Catalogs()) != 2 {
		t.Errorf("got %+v", read)
	}
	if again := one(read.Marshal()); !bytes.Equal(first, again) {
		t.Errorf("it changes when it is read:\n%s\n%s", first, again)
	}
	single := one(schema.ParseLock(one(device(t).Marshal())))
	if len(single.Services) != 1 || single.Services[0].Catalog.Service != "com.acme.device" {
		t.Errorf("a catalog is no lock: %+v", single)
	}
}

func TestBrokenLocks(t *testing.T) {
	for document, want := range map[string]string{
		"":                                 "empty",
		"{}":                               "this is no lock file",
		`{"wampLock":"2.0"}`:               "wampLock 2.0",
		`{"wampLock":"1.0",` + "\n" + `"}`: "line 2",
		`{"wampLock":"1.0","services":[{"interface":"x","catalog":{"wampCatalog":"1.0"}}]}`: "service 0",
	} {
		if _, err := schema.ParseLock([]byte(document)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", document, err, want)
		}
	}
}
