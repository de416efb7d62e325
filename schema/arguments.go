package schema

import (
	"errors"
	"go/types"

	"github.com/invopop/jsonschema"
)

// Arg is a parameter or a result of a method.
type Arg struct {
	Name     string     // keyword on the wire; "" for an unnamed result
	Type     types.Type // of a variadic parameter: the slice
	Doc      string     // description
	Optional bool       // may be left out: a pointer, or has a default
	Variadic bool       // takes the rest of the list; last
	Keyword  bool       // travels as a keyword argument only
	Default  any        // a JSON value; nil: none
}

// Tuple describes the list that carries those of args that travel by position.
// Each error is an [*ArgError]; errors.Join joins them.
func (b *Builder) Tuple(args []Arg) (*Schema, error) {
	tuple := &Schema{Type: "array"}
	var errs []error
	var length, required uint64
	variadic := false
	for i, arg := range args {
		if arg.Keyword {
			continue
		}
		s, err := b.argument(arg, arg.elem())
		if err != nil {
			errs = append(errs, &ArgError{i, arg.Name, err})
			continue
		}
		s.Title = arg.Name
		if arg.Variadic {
			tuple.Items, variadic = s, true
			continue
		}
		tuple.PrefixItems = append(tuple.PrefixItems, s)
		length++
		if !arg.Optional {
			required = length
		}
	}
	if required > 0 {
		tuple.MinItems = &required
	}
	if !variadic {
		tuple.MaxItems = &length
	}
	return tuple, errors.Join(errs...)
}

// Params describes the same args as an object of that title: the properties that
// travel by position carry x-wamp-position, the rest are keyword arguments.
func (b *Builder) Params(title string, args []Arg) (*Schema, error) {
	params := &Schema{Title: title, Type: "object"}
	if len(args) > 0 {
		params.Properties = jsonschema.NewProperties()
	}
	var errs []error
	position := 0
	for i, arg := range args {
		s, err := b.argument(arg, arg.Type)
		if err != nil {
			errs = append(errs, &ArgError{i, arg.Name, err})
			continue
		}
		if !arg.Keyword {
			setExtra(s, extraPosition, position)
			position++
		}
		if arg.Variadic {
			setExtra(s, extraVariadic, true)
		}
		params.Properties.Set(arg.Name, s)
		if !arg.Optional && !arg.Variadic {
			params.Required = append(params.Required, arg.Name)
		}
	}
	return params, errors.Join(errs...)
}

// Request describes the keyword arguments of a method whose only parameter is a
// struct or a pointer to one ([KindOf] says [Struct]): the struct's fields.
// Its Tuple is that of no arguments.
func (b *Builder) Request(t types.Type) (*Schema, error) {
	elem := t
	if p, ok := t.Underlying().(*types.Pointer); ok {
		elem = p.Elem()
	}
	if KindOf(elem) != Struct {
		return nil, TypeErrors{{Type: typeString(t), Reason: "only the fields of a struct can travel as keyword arguments"}}
	}
	return b.Schema(elem)
}

// Result describes results: as a list, or by keyword, which needs names. Keyword
// results have no title yet; pointers among them are left out when nil.
func (b *Builder) Result(results []Arg, keyword bool) (*Result, error) {
	out := &Result{Names: []string{}}
	if keyword {
		results = append([]Arg(nil), results...)
		for i := range results {
			results[i].Keyword = true
			results[i].Optional = KindOf(results[i].Type) == Optional
		}
		params, err := b.Params("", results)
		if err != nil {
			return nil, err
		}
		out.Params = params
	}
	tuple, err := b.Tuple(results)
	if err != nil {
		return nil, err
	}
	out.Args = tuple
	for _, r := range results {
		if !r.Keyword {
			out.Names = append(out.Names, r.Name)
		}
	}
	return out, nil
}

// ErrorDef describes an error whose fields are those of the struct t, or one
// without fields if t is nil. Its argument list holds the message, if anything.
func (b *Builder) ErrorDef(t types.Type) (*ErrorDef, error) {
	message := Arg{Name: "message", Type: types.Typ[types.String], Optional: true}
	args, err := b.Tuple([]Arg{message})
	if err != nil || t == nil {
		return &ErrorDef{Args: args}, err
	}
	params, err := b.Request(t)
	if err != nil {
		return nil, err
	}
	return &ErrorDef{Args: args, Params: params}, nil
}

// elem is the type of what stands at the argument's position.
func (a Arg) elem() types.Type {
	if s, ok := types.Unalias(a.Type).(*types.Slice); ok && a.Variadic {
		return s.Elem()
	}
	return a.Type
}

func (b *Builder) argument(arg Arg, t types.Type) (*Schema, error) {
	s, err := b.Schema(t)
	if err != nil {
		return nil, err
	}
	describe(s, arg.Doc)
	s.Default = arg.Default
	return s, nil
}

func setExtra(s *Schema, key string, value any) {
	if s.Extras == nil {
		s.Extras = make(map[string]any)
	}
	s.Extras[key] = value
}
