package compat

import (
	"fmt"
	"maps"
	"slices"

	"github.com/wampkit/wampkit/schema"
)

// tag is the name of the field that tells variants apart, "" if s has no variants.
func tag(s *schema.Schema) string {
	name, _ := s.Extras["x-wamp-tag"].(string)
	if len(s.OneOf) == 0 {
		return ""
	}
	return name
}

// variants compares //wamp:oneof types: by the value of the tag.
func (v *values) variants(at place, old, new *schema.Schema, oldTag, newTag string) {
	if oldTag != newTag {
		v.report(aspectVariant, at, "variants were told apart by %s, are by %s", oldTag, newTag)
		return
	}
	before, after := variantsOf(old, oldTag), variantsOf(new, newTag)
	narrow, wide := order(v.direction, before, after)
	for _, name := range sortedKeys(narrow) {
		here := at.in("<" + name + ">")
		switch {
		case wide[name] != nil:
			v.compare(here, before[name], after[name])
		case v.direction == incoming:
			v.report(aspectVariant, here, "is no longer taken")
		default:
			v.report(aspectVariant, here, "is new")
		}
	}
}

// variantsOf are the alternatives by the value of the tag.
func variantsOf(s *schema.Schema, tag string) map[string]*schema.Schema {
	all := map[string]*schema.Schema{}
	for _, variant := range s.OneOf {
		if property := properties(variant)[tag]; property != nil {
			all[fmt.Sprint(property.Const)] = variant
		}
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
