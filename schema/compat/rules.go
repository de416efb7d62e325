package compat

// rules in the order of their IDs. WB00x: what a service has. WB01x: streams.
// WB02x: arguments. WB03x: values that come in. WB04x, with the same last digit: values
// that go out. WB05x: results. WB06x: events. WB07x: errors.
var rules = []Rule{
	{
		ID: "WB001", Name: "procedure-removed", Change: "a procedure is gone, or has another URI", Breaks: oldCallers,
		Why:     "their calls fail with wamp.error.no_such_procedure.",
		Remedy:  "keep it, marked with deprecated=, until nobody calls it; a new meaning gets a new URI or version.",
		Allowed: "a new procedure.",
	},
	{
		ID: "WB002", Name: "topic-removed", Change: "a topic is gone, or has another URI", Breaks: oldSubscriber,
		Why:     "they wait for events that nobody publishes, and nothing tells them.",
		Remedy:  "publish to the old topic and the new one until nobody subscribes to the old one.",
		Allowed: "a new topic.",
	},
	{
		ID: "WB003", Name: "match-changed", Change: "a procedure or topic is matched in another way (match=)", Breaks: sideBySide + ", and whoever calls URIs that match no more",
		Why:    "the router keeps registrations of one URI with different match policies apart and prefers the exact one, so that calls go to one version only.",
		Remedy: "give the other way of matching a URI of its own.",
	},
	{
		ID: "WB004", Name: "invoke-changed", Change: "the policy of shared registrations changes (invoke=)", Breaks: sideBySide,
		Why:    "the router refuses to register a procedure with another policy than the callees it has: an update one by one fails.",
		Remedy: "keep the policy, or give the procedure a new URI or version.",
	},
	{
		ID: "WB005", Name: "idempotent-lost", Change: "a procedure is no longer idempotent", Breaks: oldCallers,
		Why:     "they repeat the call by themselves when the connection is lost, and what it does happens twice.",
		Remedy:  "keep it idempotent (a request id helps), or give the procedure a new URI.",
		Allowed: "becoming idempotent.",
	},
	{
		ID: "WB006", Name: "retain-lost", Change: "a topic's last event is no longer retained", Breaks: oldSubscriber,
		Why:     "they start with the retained event and now wait for the next one.",
		Remedy:  "keep retain, or give the topic a new URI.",
		Allowed: "retaining where nothing was retained.",
	},

	{
		ID: "WB010", Name: "progress-changed", Change: "a procedure begins or stops to send progressive results", Breaks: bothCallers,
		Why:    "what one side sends as a stream the other awaits as one result.",
		Remedy: "add a procedure for the other shape.",
	},
	{
		ID: "WB011", Name: "input-changed", Change: "a procedure begins or stops to take a stream of input", Breaks: bothCallers,
		Why:    "what one side sends as a progressive invocation the other awaits as one call.",
		Remedy: "add a procedure for the other shape.",
	},

	{
		ID: "WB020", Name: "argument-required", Change: "an argument must be passed that was not there or optional", Breaks: oldCallers,
		Why:     "they do not pass it, and get wamp.error.invalid_argument.",
		Remedy:  "make it a pointer, or give it a default with //wamp:arg … default=.",
		Allowed: "a new argument that is optional and last; making an argument optional.",
	},
	{
		ID: "WB021", Name: "argument-removed", Change: "an argument is gone", Breaks: oldCallers,
		Why:     "by position it is one too many (wamp.error.invalid_argument); by keyword it is ignored without a word.",
		Remedy:  "keep it and ignore it, or add a procedure without it.",
		Allowed: "a new argument that is optional and last.",
	},
	{
		ID: "WB022", Name: "argument-moved", Change: "an argument has another position", Breaks: oldCallers,
		Why:     "their values arrive in the wrong parameter: where types fit, unnoticed.",
		Remedy:  "keep the order; new parameters come last.",
		Allowed: "a keyword argument that may also be passed by position.",
	},
	{
		ID: "WB023", Name: "argument-renamed", Change: "an argument has another name", Breaks: oldCallers + ", if they pass it by keyword",
		Why:    "the callee does not find it under its name.",
		Remedy: "keep the name on the wire: //wamp:arg <parameter> name=<old name>.",
	},
	{
		ID: "WB024", Name: "argument-keyword-only", Change: "an argument can be passed by keyword only", Breaks: oldCallers,
		Why:     "catalogs of other languages no longer have a position for it.",
		Remedy:  "keep args=list, or add a procedure.",
		Allowed: "a keyword argument that may also be passed by position.",
	},
	{
		ID: "WB025", Name: "variadic-lost", Change: "a variadic parameter takes one value only, or is a list", Breaks: oldCallers,
		Why:     "all but the first of what they pass is too much.",
		Remedy:  "keep it variadic.",
		Allowed: "making the last parameter variadic.",
	},
	{
		ID: "WB026", Name: "argument-default", Change: "an argument has another default", Breaks: oldCallers,
		Why:     "what they leave out means something else.",
		Remedy:  "keep the default, or add a procedure.",
		Allowed: "a default for an argument that had to be passed.",
	},

	{
		ID: "WB030", Name: "input-type", Change: "an input has another type", Breaks: oldCallers,
		Why:     "what they send does not decode: wamp.error.invalid_argument.",
		Remedy:  "add an optional input of the new type beside the old one, or a procedure.",
		Allowed: "a type that takes all that the old one took: any, or float64 for integers.",
	},
	{
		ID: "WB031", Name: "input-null", Change: "an input no longer takes null", Breaks: oldCallers,
		Why:     "they send null for what they do not know.",
		Remedy:  "keep the pointer.",
		Allowed: "taking null, too.",
	},
	{
		ID: "WB032", Name: "input-enum", Change: "an input no longer takes some of its values", Breaks: oldCallers,
		Why:     "they send a value that the service does not know.",
		Remedy:  "keep the constant and map it to what replaces it.",
		Allowed: "taking more values.",
	},
	{
		ID: "WB033", Name: "input-enum-closed", Change: "an open enum of an input is closed", Breaks: oldCallers,
		Why:     "they may send values that are not among the constants.",
		Remedy:  "keep //wamp:enum open.",
		Allowed: "opening the enum of an input.",
	},
	{
		ID: "WB034", Name: "input-bounds", Change: "an input's limits are narrower: range, length, pattern, format, number of items", Breaks: oldCallers,
		Why:     "they send what was allowed.",
		Remedy:  "keep the wider limits, or refuse single calls with a declared error.",
		Allowed: "wider limits.",
	},
	{
		ID: "WB035", Name: "input-field-required", Change: "a field of an input must be there that was not or was optional", Breaks: oldCallers,
		Why:     "they leave it out.",
		Remedy:  "tag it omitempty or make it a pointer, and have a default for it.",
		Allowed: "a new optional field; making a field optional.",
	},
	{
		ID: "WB036", Name: "input-field-removed", Change: "a field of an input is gone or has another name", Breaks: oldCallers,
		Why:     "what they set in it is ignored without a word.",
		Remedy:  "keep the field, or its name in the json tag.",
		Allowed: "a new optional field.",
	},
	{
		ID: "WB037", Name: "input-variant", Change: "an input no longer takes a variant of a //wamp:oneof, or finds variants by another tag", Breaks: oldCallers,
		Why:     "they send a variant that the service does not know.",
		Remedy:  "keep the variant and convert it.",
		Allowed: "taking another variant.",
	},
	{
		ID: "WB038", Name: "input-representation", Change: "an input is written in another way: bytes, text, durations", Breaks: oldCallers,
		Why:    "the value decodes as something else, or not at all.",
		Remedy: "add an input beside the old one.",
	},
	{
		ID: "WB039", Name: "input-constraint", Change: "another constraint of an input changes that has no order (alternatives, not, if, allOf)", Breaks: oldCallers,
		Why:    "nobody can tell whether all that was allowed still is.",
		Remedy: "look at it, and lock it if it is harmless.",
	},

	{
		ID: "WB040", Name: "output-type", Change: "an output has another type", Breaks: oldReaders,
		Why:     "what they get does not decode.",
		Remedy:  "add a field or a result of the new type beside the old one.",
		Allowed: "a type all of whose values the old one has: integers for floats, a struct for any.",
	},
	{
		ID: "WB041", Name: "output-null", Change: "an output may be null", Breaks: oldReaders,
		Why:     "they have no place for null; in Go it becomes the zero value unnoticed.",
		Remedy:  "send a zero value, or add a field beside it.",
		Allowed: "never sending null any more.",
	},
	{
		ID: "WB042", Name: "output-enum", Change: "an output may have values that were not among its constants", Breaks: oldReaders,
		Why:     "they meet a value that they do not know.",
		Remedy:  "declare the enum open from the start (//wamp:enum open), or add a field for the finer value.",
		Allowed: "fewer values; any new value of an open enum.",
	},
	{
		ID: "WB043", Name: "output-enum-opened", Change: "a closed enum of an output is opened", Breaks: oldReaders,
		Why:     "they rely on knowing all values.",
		Remedy:  "keep it closed, or add a field beside it.",
		Allowed: "closing the enum of an output.",
	},
	{
		ID: "WB044", Name: "output-bounds", Change: "an output's limits are wider: range, length, pattern, format, number of items", Breaks: oldReaders,
		Why:     "they may rely on the limits: a column's length, the size of an integer.",
		Remedy:  "keep the limits, or add a field beside it.",
		Allowed: "narrower limits.",
	},
	{
		ID: "WB045", Name: "output-optional", Change: "an output that was always there may be missing", Breaks: oldReaders,
		Why:     "they expect it; in Go it becomes the zero value unnoticed.",
		Remedy:  "keep sending it.",
		Allowed: "always sending what was optional.",
	},
	{
		ID: "WB046", Name: "output-field-removed", Change: "a field of an output is gone or has another name", Breaks: oldReaders,
		Why:     "they read it, and find nothing.",
		Remedy:  "keep the field, or its name in the json tag; send both names for a while.",
		Allowed: "a new field.",
	},
	{
		ID: "WB047", Name: "output-variant", Change: "an output may be a variant of a //wamp:oneof that was not among them, or has another tag", Breaks: oldReaders,
		Why:     "they cannot decode a variant that they do not know.",
		Remedy:  "send the new variant only to callers that ask for it, or add a procedure or topic.",
		Allowed: "a variant that is never sent any more.",
	},
	{
		ID: "WB048", Name: "output-representation", Change: "an output is written in another way: bytes, text, durations", Breaks: oldReaders,
		Why:    "the value decodes as something else, or not at all.",
		Remedy: "add an output beside the old one.",
	},
	{
		ID: "WB049", Name: "output-constraint", Change: "another constraint of an output changes that has no order (alternatives, not, if, allOf)", Breaks: oldReaders,
		Why:    "nobody can tell whether all that comes was allowed before.",
		Remedy: "look at it, and lock it if it is harmless.",
	},

	{
		ID: "WB050", Name: "result-removed", Change: "a result is gone", Breaks: oldCallers,
		Why:     "they read it, and get a zero value or an error.",
		Remedy:  "keep it, or add a procedure.",
		Allowed: "a result where there was none.",
	},
	{
		ID: "WB051", Name: "result-added", Change: "a procedure that has results has one more by position", Breaks: oldCallers + ", if they are strict or of another language",
		Why:     "clients of other languages unpack one result otherwise than several.",
		Remedy:  "return a struct: fields may be added to it.",
		Allowed: "a result where there was none; a keyword result.",
	},
	{
		ID: "WB052", Name: "result-form", Change: "results travel by keyword instead of by position, or the other way round (result=)", Breaks: bothCallers,
		Why:    "clients of other languages look for them in the other place.",
		Remedy: "keep the form, or add a procedure.",
	},
	{
		ID: "WB053", Name: "result-moved", Change: "a result has another position", Breaks: oldCallers,
		Why:     "values arrive in the wrong variable: where types fit, unnoticed.",
		Remedy:  "keep the order.",
		Allowed: "another name for a result at the same position.",
	},

	{
		ID: "WB060", Name: "event-argument-removed", Change: "an argument of an event is gone", Breaks: oldSubscriber,
		Why:     "they refuse events without it.",
		Remedy:  "keep publishing it, or add a topic.",
		Allowed: "a new keyword argument.",
	},
	{
		ID: "WB061", Name: "event-argument-added", Change: "an event has one more argument by position", Breaks: oldSubscriber,
		Why:     "to them it is one too many, and they refuse the event.",
		Remedy:  "publish a struct, to which fields may be added, or add a topic.",
		Allowed: "a new field of a struct that is published.",
	},
	{
		ID: "WB062", Name: "event-argument-moved", Change: "an argument of an event has another position, or travels by keyword instead", Breaks: bothReaders,
		Why:     "values arrive in the wrong parameter, or are not found.",
		Remedy:  "keep the order and the form.",
		Allowed: "another name for an argument at the same position.",
	},

	{
		ID: "WB070", Name: "error-added", Change: "a procedure declares an error that it did not", Breaks: oldCallers,
		Why:     "they tell the declared errors apart, and this one falls through.",
		Remedy:  "return a declared error with the details in a field, or add a procedure.",
		Allowed: "an error less.",
	},
}
