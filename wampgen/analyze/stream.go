package analyze

import (
	"go/types"

	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/model"
)

// readStream reads a parameter that is an iterator or a function to report progress with.
func (a *analysis) readStream(m *method, v *types.Var, last bool, s *signature) bool {
	if isProgress(v.Type()) {
		return a.readProgress(m, v, s)
	}
	item := seq2Item(v.Type())
	switch {
	case item == nil:
		return a.badIterator(m, v, paramLabel(v))
	case s.input != nil || !last:
		a.complaints.Add(a.valuePos(m, v), diag.BadStream, "method %s: %s: what the caller streams is the last parameter: every other one travels with the first chunk", m.Name, paramLabel(v))
		return false
	}
	stream, ok := a.stream(m, v, "parameter", item)
	s.input = stream
	s.params = append(s.params, model.Param{Input: stream})
	return ok
}

func (a *analysis) readProgress(m *method, v *types.Var, s *signature) bool {
	sig := v.Type().Underlying().(*types.Signature)
	switch {
	case s.progress != nil && returnsStream(m):
		a.complaints.Add(a.valuePos(m, v), diag.BadStream, "method %s: %s: the result is a stream already: report progress by its items", m.Name, paramLabel(v))
		return false
	case s.progress != nil:
		a.complaints.Add(a.valuePos(m, v), diag.BadStream, "method %s: %s: there is one stream of progress: use a struct to report several values", m.Name, paramLabel(v))
		return false
	}
	stream, ok := a.stream(m, v, "parameter", sig.Params().At(0).Type())
	stream.Item.Name = sig.Params().At(0).Name()
	s.progress = stream
	s.params = append(s.params, model.Param{Progress: stream})
	return ok
}

// stream describes the stream that v holds.
func (a *analysis) stream(m *method, v *types.Var, role string, item types.Type) (*model.Stream, bool) {
	pos := a.valuePos(m, v)
	stream := &model.Stream{
		Param: &model.Value{Name: v.Name(), Wire: v.Name(), Pos: pos, Type: v.Type()},
		Item:  &model.Value{Wire: "item", Pos: pos, Type: item},
	}
	if v.Name() == "_" || v.Name() == "" {
		stream.Param.Name, stream.Param.Wire = "", "items"
	}
	stream.Item.Kind, stream.Item.Bits = kindOf(item)
	stream.Item.OneOf = a.reachesOneOf(item)
	label := role + " " + v.Name()
	if stream.Param.Name == "" {
		label = "the " + role
	}
	if hidden := a.unnameable(v.Type()); hidden != "" {
		a.complaints.Add(pos, diag.UnnameableType, "method %s: %s: %s cannot be named in this package", m.Name, label, hidden)
		return stream, false
	}
	return stream, a.checkType(m, stream.Item, label)
}

// badIterator reports an iterator that has no place for errors.
func (a *analysis) badIterator(m *method, v *types.Var, label string) bool {
	a.complaints.Add(a.valuePos(m, v), diag.BadStream, "method %s: %s: a stream can fail at any item, so that %s must be %s", m.Name, label, a.typeString(v.Type()), a.withErrors(v.Type()))
	return false
}

// withErrors is the iterator that was probably meant.
func (a *analysis) withErrors(t types.Type) string {
	if yield := yieldOf(t); yield != nil && yield.Params().Len() > 0 {
		return "iter.Seq2[" + a.typeString(yield.Params().At(0).Type()) + ", error]"
	}
	return "iter.Seq2[T, error]"
}

func paramLabel(v *types.Var) string {
	if v.Name() == "" || v.Name() == "_" {
		return "the parameter"
	}
	return "parameter " + v.Name()
}

// yieldOf is the function that an iterator is given, nil for what is no iterator.
func yieldOf(t types.Type) *types.Signature {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || sig.Params().Len() != 1 || sig.Results().Len() != 0 {
		return nil
	}
	yield, ok := sig.Params().At(0).Type().Underlying().(*types.Signature)
	if !ok || yield.Results().Len() != 1 || !types.Identical(yield.Results().At(0).Type(), types.Typ[types.Bool]) {
		return nil
	}
	return yield
}

// isIterator reports an iterator, by name or by shape.
func isIterator(t types.Type) bool { return yieldOf(t) != nil }

// seq2Item is the T of an iter.Seq2[T, error], or of a type that is one by its shape; else nil.
func seq2Item(t types.Type) types.Type {
	yield := yieldOf(t)
	if yield == nil || yield.Params().Len() != 2 || yield.Variadic() || !isError(yield.Params().At(1).Type()) {
		return nil
	}
	return yield.Params().At(0).Type()
}

// isProgress reports a func(P) error.
func isProgress(t types.Type) bool {
	sig, ok := t.Underlying().(*types.Signature)
	return ok && !sig.Variadic() && sig.Params().Len() == 1 && sig.Results().Len() == 1 && isError(sig.Results().At(0).Type())
}
