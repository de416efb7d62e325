// Package item is one of two packages of that name.
package item

// Item is a type.
type Item struct {
	A int `json:"a"`
}
