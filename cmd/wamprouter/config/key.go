package config

import "reflect"

// keyOf is the key that a field is written under.
func keyOf(f reflect.StructField) string { return f.Tag.Get("yaml") }

// fieldsOf are the fields of a struct that have keys.
func fieldsOf(t reflect.Type) []reflect.StructField {
	var fields []reflect.StructField
	for _, f := range reflect.VisibleFields(t) {
		if keyOf(f) != "" {
			fields = append(fields, f)
		}
	}
	return fields
}

func keysOf(t reflect.Type) []string {
	var names []string
	for _, f := range fieldsOf(t) {
		names = append(names, keyOf(f))
	}
	return names
}

func fieldNamed(t reflect.Type, name string) (reflect.StructField, bool) {
	for _, f := range fieldsOf(t) {
		if keyOf(f) == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// nearest is the name that somebody may have meant, "" if none is close.
func nearest(written string, names []string) string {
	best, distance := "", max(1, len(written)/3)+1
	for _, name := range names {
		if d := editDistance(written, name); d < distance {
			best, distance = name, d
		}
	}
	return best
}

// editDistance counts insertions, deletions, replacements and swaps of
// neighbours.
func editDistance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replace := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			rows[i][j] = min(replace, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
