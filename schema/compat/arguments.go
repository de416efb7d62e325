package compat

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/wampkit/wampkit/schema"
)

// argument is one property of an object of arguments.
type argument struct {
	name     string
	position int // -1: by keyword only
	variadic bool
	required bool
	schema   *schema.Schema
}

func argumentsOf(defs schema.Definitions, params *schema.Schema) []argument {
	object := flat(defs, params)
	var all []argument
	if object.Properties == nil {
		return nil
	}
	for name, s := range object.Properties.FromOldest() {
		a := argument{name: name, position: -1, required: slices.Contains(object.Required, name), schema: s}
		if position, ok := number(s.Extras["x-wamp-position"]); ok {
			a.position = position
		}
		a.variadic = s.Extras["x-wamp-variadic"] == true
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b argument) int { // by position, keywords last by name
		switch {
		case a.position >= 0 && b.position >= 0:
			return a.position - b.position
		case a.position >= 0:
			return -1
		case b.position >= 0:
			return 1
		case a.name < b.name:
			return -1
		}
		return 1
	})
	return all
}

// number reads what is an int in a catalog just built, and a json.Number in one that was parsed.
func number(v any) (int, bool) {
	switch v := v.(type) {
	case int:
		return v, true
	case float64:
		return int(v), true
	case json.Number:
		n, err := v.Int64()
		return int(n), err == nil
	}
	return 0, false
}

func named(all []argument, name string) *argument {
	i := slices.IndexFunc(all, func(a argument) bool { return a.name == name })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// standIn is the argument at the position of old, if its name is new.
func standIn(old argument, before, after []argument) *argument {
	if old.position < 0 {
		return nil
	}
	i := slices.IndexFunc(after, func(a argument) bool { return a.position == old.position })
	if i < 0 || named(before, after[i].name) != nil {
		return nil
	}
	return &after[i]
}

// arguments compares what a procedure takes.
func (c *comparison) arguments(at place, defs scope, oldParams, newParams *schema.Schema) {
	before, after := argumentsOf(defs.old, oldParams), argumentsOf(defs.new, newParams)
	known := map[string]bool{}
	for _, old := range before {
		here := at.in("argument " + old.name)
		new := named(after, old.name)
		if new == nil {
			if new = standIn(old, before, after); new == nil {
				c.add("WB021", here, "is gone")
				continue
			}
			c.add("WB023", here, "is called %s", new.name)
		}
		known[new.name] = true
		c.argument(here, defs, old, *new)
	}
	for _, new := range after {
		if !known[new.name] && new.required {
			c.add("WB020", at.in("argument "+new.name), "is new and must be passed")
		}
	}
}

func (c *comparison) argument(at place, defs scope, old, new argument) {
	switch {
	case old.position >= 0 && new.position < 0:
		c.add("WB024", at, "had position %d, travels by keyword", old.position)
	case old.position >= 0 && new.position != old.position:
		c.add("WB022", at, "was at position %d, is at %d", old.position, new.position)
	}
	if !old.required && !old.variadic && new.required {
		c.add("WB020", at, "was optional, must be passed")
	}
	if before, after := literal(old.schema.Default), literal(new.schema.Default); !old.required && !old.variadic && !new.required && before != after {
		c.add("WB026", at, "was %s where it is left out, is %s", before, after)
	}
	v := values{c, incoming, defs, nil}
	switch {
	case old.variadic && !new.variadic:
		c.add("WB025", at, "was variadic")
	case !old.variadic && new.variadic:
		v.compare(at, old.schema, orAny(flat(defs.new, new.schema).Items))
	default:
		v.compare(at, old.schema, new.schema)
	}
}

// literal is a default as JSON; a parameter without one is null where it is left out.
func literal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

func orAny(s *schema.Schema) *schema.Schema {
	if s == nil {
		return new(schema.Schema)
	}
	return s
}

// event compares what a topic's events carry.
func (c *comparison) event(at place, defs scope, oldParams, newParams *schema.Schema) {
	before, after := argumentsOf(defs.old, oldParams), argumentsOf(defs.new, newParams)
	known := map[string]bool{}
	for _, old := range before {
		here := at.in("argument " + old.name)
		new := named(after, old.name)
		if new == nil {
			new = standIn(old, before, after)
		}
		if new == nil {
			c.add("WB060", here, "is gone")
			continue
		}
		known[new.name] = true
		switch {
		case old.position != new.position:
			c.add("WB062", here, "was %s, is %s", travels(old), travels(*new))
		case old.variadic != new.variadic:
			c.add("WB062", here, "was variadic or is so now")
			continue
		}
		if old.required && !new.required {
			c.add("WB045", here, "was always there, may be missing")
		}
		v := values{c, outgoing, defs, nil}
		v.compare(here, old.schema, new.schema)
	}
	for _, new := range after {
		if !known[new.name] && new.position >= 0 {
			c.add("WB061", at.in("argument "+new.name), "is new")
		}
	}
}

func travels(a argument) string {
	if a.position < 0 {
		return "a keyword"
	}
	return fmt.Sprintf("at position %d", a.position)
}

// results compares what a procedure returns.
func (c *comparison) results(at place, defs scope, old, new *schema.Result) {
	v := values{c, outgoing, defs, nil}
	before, after := flat(defs.old, old.Args).PrefixItems, flat(defs.new, new.Args).PrefixItems
	if (old.Params == nil) != (new.Params == nil) && len(before)+len(after) > 0 {
		c.add("WB052", at.in("results"), "travelled %s, travel %s", form(old), form(new))
		return
	}
	if old.Params != nil && new.Params != nil {
		v.compare(at.in("results"), old.Params, new.Params)
	}
	for i := range before {
		here := at.in("result " + resultName(old, i))
		switch to := slices.Index(new.Names, name(old, i)); {
		case i >= len(after):
			c.add("WB050", here, "is gone")
		case name(old, i) != "" && to >= 0 && to != i:
			c.add("WB053", here, "was at position %d, is at %d", i, to)
		default:
			v.compare(here, before[i], after[i])
		}
	}
	if len(before) > 0 && len(after) > len(before) {
		for i := len(before); i < len(after); i++ {
			c.add("WB051", at.in("result "+resultName(new, i)), "is new")
		}
	}
}

func form(r *schema.Result) string {
	if r.Params != nil {
		return "by keyword"
	}
	return "by position"
}

func name(r *schema.Result, i int) string {
	if i < len(r.Names) {
		return r.Names[i]
	}
	return ""
}

func resultName(r *schema.Result, i int) string {
	if n := name(r, i); n != "" {
		return n
	}
	return fmt.Sprintf("%d", i)
}
