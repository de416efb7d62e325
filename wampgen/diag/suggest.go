package diag

// Nearest returns the candidate that word was most likely meant to be, and
// false where none is close: none for single letters, one edit for short words, two for
// longer ones, and a third from eight letters on.
func Nearest(word string, candidates []string) (string, bool) {
	best, distance := "", tolerance(word)+1
	for _, candidate := range candidates {
		if d := edits(word, candidate); d < distance {
			best, distance = candidate, d
		}
	}
	return best, best != ""
}

func tolerance(word string) int {
	switch {
	case len(word) < 2:
		return 0 // every letter is near every other
	case len(word) <= 4:
		return 1
	case len(word) < 8:
		return 2
	}
	return 3
}

// edits counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b.
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, above, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(y)]
}
