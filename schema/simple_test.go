package schema_test

import (
	"net/netip"
	"time"
)

// The types of this file are used by reflector_test.go, compiled and as text.

// simple is a type that invopop's reflector describes correctly.
type simple struct {
	A bool           `json:"a" jsonschema:"default=true"`
	B string         `json:"b,omitempty" jsonschema:"minLength=1,maxLength=9,pattern=^x,example=xy,enum=xy,enum=xz"`
	C float64        `json:"c" jsonschema:"minimum=0,maximum=1,multipleOf=0.5,default=0.5"`
	D int            `json:"d" jsonschema:"title=Dee,description=The fourth\\, not the fifth,example=4"`
	E []string       `json:"e" jsonschema:"minItems=1,uniqueItems=true,maxLength=5"`
	F [2]float32     `json:"f"`
	G map[string]int `json:"g,omitempty"`
	H nested         `json:"h"`
	I any            `json:"i"`
	J string         `json:"-"`
	K int            `json:"k,omitempty" jsonschema:"required"`
	inner
	hidden int
}

type nested struct {
	X int   `json:"x"`
	Y []any `json:"y" jsonschema_description:"y, that is" jsonschema_extras:"x-a=b"`
}

type inner struct {
	Z string `json:"z" jsonschema:"format=email"`
}

// Types for the reflector's faults.
type (
	pageOf[T any] struct {
		Items []T `json:"items"`
	}
	generic struct {
		Page pageOf[nested] `json:"page"`
	}
	textual struct {
		Addr  netip.Addr `json:"addr"`
		Level level2     `json:"level"`
	}
	level2  int
	pointed struct {
		P *nested  `json:"p"`
		S []string `json:"s"`
	}
	chans struct {
		C chan int `json:"c"`
	}
	twoTimes struct {
		Local Duration      `json:"local"`
		Other time.Duration `json:"other"`
		Mine  Month         `json:"mine"`
		Std   time.Month    `json:"std"`
	}
)

// Month is named like another package's type, on purpose; so is Duration.
type (
	Month    struct{ Name string }
	Duration struct{ Seconds int }
)

func (l level2) MarshalText() ([]byte, error) { return []byte("level"), nil }
func (l *level2) UnmarshalText([]byte) error  { return nil }
