package analyze

import (
	"cmp"
	"go/types"

	"github.com/wampkit/wampkit/wampgen/diag"
	"github.com/wampkit/wampkit/wampgen/model"
)

// signature is what a method takes and returns, read once for procedures and topics.
type signature struct {
	params   []model.Param
	args     []*model.Value
	captures []*model.Capture
	results  []*model.Value
	progress *model.Stream
	input    *model.Stream
}

// readSignature reads a procedure's parameters and results and reports
// whether they can travel.
func (a *analysis) readSignature(m *method, t *template, p *model.Procedure) bool {
	var s signature
	ok := a.checkContext(m)
	ok = a.readResults(m, &s) && ok
	ok = a.readParams(m, t, &s) && ok
	p.Params, p.Args, p.Captures, p.Results = s.params, s.args, s.captures, s.results
	p.Progress, p.Input = s.progress, s.input
	p.Shape = s.shape(m)
	return ok
}

// readTopicSignature reads a topic's parameters and reports whether they can travel.
func (a *analysis) readTopicSignature(m *method, template *template, t *model.Topic) bool {
	var s signature
	ok := a.checkContext(m)
	results := m.Signature.Results()
	switch {
	case results.Len() == 0 || !isError(results.At(results.Len()-1).Type()):
		a.complaints.Add(m.Pos, diag.MissingError, "method %s: the result must be an error, since every publication can fail", m.Name)
		ok = false
	case results.Len() > 1:
		a.complaints.Add(m.Pos, diag.TopicWithResult, "method %s: a topic has no results but the error: nobody answers an event", m.Name)
		ok = false
	}
	ok = a.readParams(m, template, &s) && ok
	for _, p := range s.params {
		if stream := cmp.Or(p.Progress, p.Input); stream != nil {
			a.complaints.Add(stream.Param.Pos, diag.BadStream, "method %s: parameter %s: an event carries values, not streams: publish once for each item", m.Name, stream.Param.Name)
			ok = false
		}
	}
	t.Params, t.Args, t.Captures = s.params, s.args, s.captures
	return ok
}

// shape names what flows.
func (s *signature) shape(m *method) model.Shape {
	switch {
	case returnsStream(m) && s.input != nil:
		return model.Bidirectional
	case returnsStream(m):
		return model.ProgressiveResults
	case s.progress != nil && s.input != nil:
		return model.InputAndProgress
	case s.progress != nil:
		return model.ProgressAndResult
	case s.input != nil:
		return model.ProgressiveInvocations
	}
	return model.Unary
}

// checkContext reports a first parameter that is no context.Context.
func (a *analysis) checkContext(m *method) bool {
	params := m.Signature.Params()
	if params.Len() > 0 && isContext(params.At(0).Type()) && !(m.Signature.Variadic() && params.Len() == 1) {
		return true
	}
	a.complaints.Add(m.Pos, diag.MissingContext, "method %s: the first parameter must be a context.Context", m.Name)
	return false
}

// readResults reads what a procedure returns: values and an error, or an iterator.
func (a *analysis) readResults(m *method, s *signature) bool {
	results := m.Signature.Results()
	if returnsStream(m) {
		var fine bool
		s.progress, fine = a.stream(m, results.At(0), "result", seq2Item(results.At(0).Type()))
		return fine
	}
	ok := true
	if results.Len() == 0 || !isError(results.At(results.Len()-1).Type()) {
		if results.Len() == 1 && isIterator(results.At(0).Type()) {
			return a.badIterator(m, results.At(0), "the result")
		}
		a.complaints.Add(m.Pos, diag.MissingError, "method %s: the last result must be an error, since every call can fail", m.Name)
		return false
	}
	for i := range results.Len() - 1 {
		if isIterator(results.At(i).Type()) {
			a.complaints.Add(a.valuePos(m, results.At(i)), diag.BadStream, "method %s: a stream is the only result, since its errors travel in it: return %s alone", m.Name, a.typeString(results.At(i).Type()))
			ok = false
			continue
		}
		result, fine := a.value(m, results.At(i), false, "result", i, results.Len()-1)
		ok = ok && fine
		s.results = append(s.results, result)
	}
	return ok
}

// readParams reads the parameters behind ctx.
func (a *analysis) readParams(m *method, t *template, s *signature) bool {
	params := m.Signature.Params()
	first := 1
	if params.Len() > 0 && !isContext(params.At(0).Type()) && params.Len() > 1 {
		first = 0 // reported already
	}
	ok := true
	var values []*model.Value
	for i := first; i < params.Len(); i++ {
		v, last := params.At(i), i == params.Len()-1
		if isIterator(v.Type()) || isProgress(v.Type()) {
			ok = a.readStream(m, v, last, s) && ok
			continue
		}
		if _, isFunc := v.Type().Underlying().(*types.Signature); isFunc {
			a.complaints.Add(a.valuePos(m, v), diag.BadStream, "method %s: %s (%s): a function travels only as func(P) error, to report progress, or as iter.Seq2[T, error], a stream", m.Name, paramLabel(v), a.typeString(v.Type()))
			ok = false
			continue
		}
		value, fine := a.value(m, v, m.Signature.Variadic() && last, "parameter", i-first, params.Len()-first)
		ok = ok && fine
		values = append(values, value)
		s.params = append(s.params, model.Param{Arg: value})
	}
	if !ok {
		return false
	}
	captures, ok := a.captured(m, t, values)
	s.captures = captures
	for i, p := range s.params {
		if p.Arg == nil {
			continue
		}
		if c := captureOf(captures, p.Arg); c != nil {
			s.params[i] = model.Param{Capture: c}
			continue
		}
		s.args = append(s.args, p.Arg)
	}
	return a.readArgDirectives(m, s.args, captures) && ok
}

func captureOf(captures []*model.Capture, v *model.Value) *model.Capture {
	for _, c := range captures {
		if c.Value == v {
			return c
		}
	}
	return nil
}

// returnsStream reports a method whose only result is an iterator with errors.
func returnsStream(m *method) bool {
	results := m.Signature.Results()
	return results.Len() == 1 && seq2Item(results.At(0).Type()) != nil
}
