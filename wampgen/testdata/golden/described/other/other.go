// Package other has types of the same names as package described.
package other

// Item is another item.
type Item struct {
	Weight float64 `json:"weight"`
}
