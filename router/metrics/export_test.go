package metrics

// Fields are those of router.Stats that are metrics by themselves.
func Fields() []string {
	var names []string
	for _, m := range totals {
		names = append(names, m.field)
	}
	return names
}
