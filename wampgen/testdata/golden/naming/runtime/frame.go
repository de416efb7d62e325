// Package runtime has the name of a package that generated code imports.
package runtime

// Frame is a type.
type Frame struct {
	PC int `json:"pc"`
}
