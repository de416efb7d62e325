package schema

// OpenRPC writes c as an OpenRPC 1.3 document. OpenRPC knows neither topics nor streams, and
// has integers for errors: topics are left out, streams, patterns and policies stand
// under "x-wamp", and an error's URI stands in its data.
func OpenRPC(c *Catalog) ([]byte, error) {
	p := &projection{catalog: c.normalized()}
	methods := []any{}
	for _, uri := range sortedKeys(p.catalog.Procedures) {
		methods = append(methods, p.method(uri, p.catalog.Procedures[uri]))
	}
	return p.document(object{
		"openrpc":    "1.3.2",
		"info":       p.info(),
		"methods":    methods,
		"components": object{"schemas": p.components()},
	})
}

func (p *projection) method(uri string, d *Procedure) object {
	params, structure := p.params(d.Params)
	method := object{
		"name":           uri,
		"paramStructure": structure,
		"params":         params,
		"result":         p.result(d.Result),
	}
	set(method, "summary", d.Summary)
	set(method, "description", d.Description)
	if d.Deprecated != "" {
		method["deprecated"] = true
	}
	if errors := p.errors(d.Errors); len(errors) > 0 {
		method["errors"] = errors
	}
	if traits := p.procedureTraits(d); len(traits) > 0 {
		method["x-wamp"] = traits
	}
	return method
}

// params are content descriptors: those that travel by position first, in their order.
func (p *projection) params(s *Schema) (params []any, structure string) {
	s = p.resolved(s)
	params, structure = []any{}, "either"
	if s.Properties == nil {
		return params, structure
	}
	required := map[string]bool{}
	for _, name := range s.Required {
		required[name] = true
	}
	for name, property := range s.Properties.FromOldest() {
		if _, positional := property.Extras[extraPosition]; !positional {
			structure = "by-name"
		}
		descriptor := object{"name": name, "schema": p.schema(property)}
		if required[name] {
			descriptor["required"] = true
		}
		set(descriptor, "description", property.Description)
		params = append(params, descriptor)
	}
	return params, structure
}

// resolved is s, or the definition that it is a reference to.
func (p *projection) resolved(s *Schema) *Schema {
	for name, def := range p.catalog.Defs {
		if s.Ref == refTo(name) {
			return def
		}
	}
	return s
}

// result is the only result as it is, and several of them as an object.
func (p *projection) result(r *Result) object {
	switch {
	case r.Params == nil && len(r.Args.PrefixItems) == 0:
		return object{"name": "nothing", "schema": object{"type": "null"}}
	case r.Params == nil && len(r.Args.PrefixItems) == 1:
		name := "result"
		if len(r.Names) == 1 && r.Names[0] != "" {
			name = r.Names[0]
		}
		return object{"name": name, "schema": p.schema(r.Args.PrefixItems[0])}
	}
	return object{"name": "results", "schema": p.schema(p.results(r))}
}

// errors get a code by their place among all errors of the service.
func (p *projection) errors(uris []string) []any {
	all := sortedKeys(p.catalog.Errors)
	var errors []any
	for i, uri := range all {
		for _, declared := range uris {
			if declared != uri {
				continue
			}
			message := p.catalog.Errors[uri].Summary
			if message == "" {
				message = uri
			}
			data := object{"uri": uri}
			if fields := p.catalog.Errors[uri].Params; fields != nil {
				data["fields"] = p.schema(fields)
			}
			errors = append(errors, object{"code": i + 1, "message": message, "data": data})
		}
	}
	return errors
}
