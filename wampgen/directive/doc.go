// Package directive reads the annotations: comments such as
//
//	//wamp:service com.acme.device version=v1 timeout=5s
//
// Its grammar is one table (grammar.go): which verbs there are, on which
// declarations, with which arguments and values. Parse checks a comment
// against it, so that whoever receives a [Directive] knows that its verb
// exists, that every key is known and given once, and that every value has
// the form the table asks for. What only the surrounding code can tell, such as
// whether an error named by errors= exists, is not decided here.
package directive
