// Package item is one of two packages of that name.
package item

// Item is a type.
type Item struct {
	B int `json:"b"`
}

// Code is a named string.
type Code string
