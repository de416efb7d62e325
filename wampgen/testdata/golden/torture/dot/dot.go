// Package dot is imported without a name.
package dot

// Dotted comes from a dot import.
type Dotted struct {
	N int `json:"n"`
}

// DotAlias is another name for it.
type DotAlias = map[string]*Dotted
