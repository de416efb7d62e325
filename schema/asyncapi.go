package schema

import (
	"fmt"
	"strings"
)

// AsyncAPI writes c as an AsyncAPI 3.0 document in which the application is the service: it
// sends events to the channels of topics, and receives calls on the channels of
// procedures, to which it replies with results, progressive results and errors.
// Payloads are arguments as objects. There is no WAMP binding: patterns and policies
// stand under "x-wamp".
func AsyncAPI(c *Catalog) ([]byte, error) {
	p := &projection{catalog: c.normalized()}
	a := &asyncAPI{projection: p, channels: object{}, operations: object{}}
	for _, uri := range sortedKeys(p.catalog.Topics) {
		a.topic(uri, p.catalog.Topics[uri])
	}
	for _, uri := range sortedKeys(p.catalog.Procedures) {
		a.procedure(uri, p.catalog.Procedures[uri])
	}
	return p.document(object{
		"asyncapi":           "3.0.0",
		"info":               p.info(),
		"defaultContentType": "application/json",
		"channels":           a.channels,
		"operations":         a.operations,
		"components":         object{"schemas": p.components(), "messages": a.failures()},
	})
}

type asyncAPI struct {
	*projection
	channels, operations object
}

// topic adds a channel to which the service sends.
func (a *asyncAPI) topic(uri string, t *Topic) {
	key := a.key(uri)
	a.channel(key, uri, t.Summary, t.Description, object{"event": a.message(t.Params)}, t.URIParams, a.topicTraits(t))
	a.operations[key] = object{"action": "send", "channel": channelRef(key), "messages": []any{messageRef(key, "event")}}
}

// procedure adds a channel on which the service receives, with the channel's own messages as replies.
func (a *asyncAPI) procedure(uri string, d *Procedure) {
	key := a.key(uri)
	messages := object{"call": a.message(d.Params), "result": a.message(a.results(d.Result))}
	requests, replies := []any{messageRef(key, "call")}, []any{messageRef(key, "result")}
	if d.Input != nil {
		messages["input"] = a.message(d.Input)
		requests = append(requests, messageRef(key, "input"))
	}
	if d.Progress != nil {
		messages["progress"] = a.message(d.Progress)
		replies = append(replies, messageRef(key, "progress"))
	}
	for _, failure := range d.Errors {
		messages[failure] = object{"$ref": "#/components/messages/" + failure}
		replies = append(replies, messageRef(key, failure))
	}
	a.channel(key, uri, d.Summary, d.Description, messages, d.URIParams, a.procedureTraits(d))
	a.operations[key] = object{
		"action": "receive", "channel": channelRef(key), "messages": requests,
		"reply": object{"channel": channelRef(key), "messages": replies},
	}
}

func (a *asyncAPI) channel(key, uri, summary, description string, messages object, params map[string]*Schema, traits object) {
	channel := object{"address": strings.ReplaceAll(uri, "...}", "}"), "messages": messages}
	set(channel, "summary", summary)
	set(channel, "description", description)
	if len(params) > 0 {
		parameters := object{}
		for name, s := range params {
			parameter := object{}
			set(parameter, "description", s.Description)
			parameters[name] = parameter
		}
		channel["parameters"] = parameters
	}
	if len(traits) > 0 {
		channel["x-wamp"] = traits
	}
	a.channels[key] = channel
}

// key is what a channel is called in references: the URI without the braces.
func (a *asyncAPI) key(uri string) string {
	base := strings.NewReplacer("{", "_", "...}", "_", "}", "_").Replace(fileName(uri))
	base = strings.ReplaceAll(base, "%", "_")
	key := base
	for n := 2; a.channels[key] != nil; n++ {
		key = fmt.Sprintf("%s_%d", base, n)
	}
	return key
}

func (a *asyncAPI) message(s *Schema) object { return object{"payload": a.schema(s)} }

// failures are the messages of all declared errors, by URI.
func (a *asyncAPI) failures() object {
	messages := object{}
	for _, uri := range sortedKeys(a.catalog.Errors) {
		e := a.catalog.Errors[uri]
		fields := e.Params
		if fields == nil {
			fields = &Schema{Type: "object"}
		}
		message := a.message(fields)
		message["x-wamp-error"] = uri
		set(message, "summary", e.Summary)
		set(message, "description", e.Description)
		messages[uri] = message
	}
	return messages
}

func channelRef(key string) object { return object{"$ref": "#/channels/" + key} }

func messageRef(key, message string) object {
	return object{"$ref": "#/channels/" + key + "/messages/" + message}
}
