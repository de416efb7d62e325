package diag

// explanations are in the order of the codes. Examples are indented with tabs as Go is.
var explanations = map[Code]Explanation{
	LoadFailed: {
		Title: "a package cannot be loaded",
		Why: `The go command found nothing to load for a pattern, or could not read what it
found: there is no such directory, no Go file that the build tags select, or no
module that has the package.`,
		Example: `$ wampgen ./devcie`,
		Remedy:  `run "go list <pattern>" to see the same problem in the go command's own words.`,
	},
	SyntaxError: {
		Title: "an annotated file has a syntax error",
		Why: `Types that do not exist yet are no problem: code may use what is still to be
generated. But a file that cannot be parsed hides its annotations, and
generating from the rest would remove code that is still wanted.`,
		Example: `//wamp:service com.acme.device
type Device interface {
	Reset(ctx context.Context error
}`,
		Remedy: `correct the syntax. Files without annotations may be as broken as they like.`,
	},
	UnresolvedType: {
		Title: "a type cannot be resolved",
		Why: `A parameter, a result or something they hold has a type that is declared
nowhere, or in a package that does not compile. What the compiler says about the
line follows.`,
		Example: `Configure(ctx context.Context, c Confg) error // the type is Config`,
		Remedy: `declare or import the type. If it is declared in another package, see whether
"go build" accepts that package, and generate its code first.`,
	},
	ForeignFile: {
		Title: "a file is in the way",
		Why: `The generator writes wamp_gen.go, and replaces and removes only files whose first
line says that it wrote them.`,
		Example: `a wamp_gen.go that begins with "package device"`,
		Remedy:  `rename the file. If it was generated once and lost its first line, remove it.`,
	},

	UnknownDirective: {
		Title: "there is no such directive",
		Why: `Behind "//wamp:" stands the name of a directive, in lower case: service, topics,
procedure, topic, arg, skip, error, oneof, enum or schema.`,
		Example: `//wamp:sevice com.acme.device`,
		Remedy:  `correct the name. docs/annotations.md lists all of them.`,
	},
	UnknownArgument: {
		Title: "a directive does not have that argument",
		Why: `Arguments are flags (idempotent), keys with a value (timeout=5s), and, with some
directives, one URI that comes first. An argument that nobody knows is never
ignored, and a URI that looks like a misspelled flag is refused too.`,
		Example: `//wamp:procedure idempotant`,
		Remedy: `correct the name. If the word is meant as the URI's last part although it looks
like a flag, put it in quotes: //wamp:procedure "idempotant".`,
	},
	BadValue: {
		Title: "an argument's value does not fit",
		Why: `Each key takes values of one form: a duration, a number, one of a few words, a Go
name. A flag stands alone or takes true or false.`,
		Example: `//wamp:procedure timeout=5 invoke=roundrobbin`,
		Remedy:  `give a value of the form that the message names: timeout=5s invoke=roundrobin.`,
	},
	RepeatedArgument: {
		Title:   "an argument is given twice",
		Why:     `Nobody could tell which of the two counts.`,
		Example: `//wamp:procedure timeout=5s idempotent timeout=7s`,
		Remedy:  `remove one of them.`,
	},
	MalformedDirective: {
		Title: "a directive cannot be read",
		Why: `Arguments are separated by blanks. A value with blanks stands in double quotes or
backquotes, which must end. Directives that need a URI have it first.`,
		Example: `//wamp:procedure deprecated="use Restart`,
		Remedy:  `close the quotes, or add what is missing: deprecated="use Restart".`,
	},
	BlankInDirective: {
		Title: "a directive begins with a blank",
		Why: `With a blank behind the slashes it is an ordinary comment, to Go and to the
generator, and would silently do nothing.`,
		Example: `// wamp:procedure idempotent`,
		Remedy:  `remove the blank: //wamp:procedure idempotent.`,
	},
	DanglingDirective: {
		Title: "a directive is attached to nothing",
		Why: `A directive belongs to the declaration directly below its comment. Between them
there is no blank line, and behind the declaration, on the same line, is
not above it. A directive on a method counts only if an annotated
interface has the method, by itself or by embedding. That may be an interface
of another package, if both packages are given to the same command.`,
		Example: `//wamp:service com.acme.device

type Device interface{ … }`,
		Remedy: `move the directive into the comment directly above what it is about, or annotate
the interface whose method it is on.`,
	},
	WrongPlace: {
		Title: "a directive is on the wrong kind of declaration",
		Why: `service, topics and oneof belong on interfaces, procedure on methods of a service, topic
on methods of topics, arg and skip on methods of either, enum and schema on types, error on
one type or one variable at the top level.`,
		Example: `//wamp:service com.acme.device
type Device struct{ … }`,
		Remedy: `move the directive to a declaration of the kind that the message names.`,
	},
	Conflict: {
		Title:   "two directives contradict each other",
		Why:     `An interface is a service or a set of topics; a method travels or is skipped.`,
		Example: "//wamp:skip\n//wamp:procedure idempotent\nClose(ctx context.Context) error",
		Remedy:  `remove one of them, or split the interface.`,
	},
	NotAnInterface: {
		Title: "what is annotated is no interface of methods",
		Why: `Clients implement an annotated interface, so that it must be an interface type with
a name of its own and with methods: no alias, no type constraint.`,
		Example: `//wamp:service com.acme.device
type Device = other.Device`,
		Remedy: `declare an interface: type Device interface { other.Device }.`,
	},
	GenericInterface: {
		Title: "an annotated interface has type parameters",
		Why: `What is on the wire has one type. Instantiated generics are fine as types of
parameters and results, and as embedded interfaces.`,
		Example: `//wamp:service com.acme.store
type Store[T any] interface{ Get(ctx context.Context, id string) (T, error) }`,
		Remedy: `annotate an interface for each instance: type UserStore interface { Store[User] }.`,
	},
	MissingContext: {
		Title: "a method does not take a context first",
		Why: `The context carries the deadline and the cancellation of a call, and with them
options and details. Emitted code passes it on.`,
		Example: `Reset(id string) error`,
		Remedy:  `add it: Reset(ctx context.Context, id string) error. A method that is not meant to travel takes //wamp:skip.`,
	},
	MissingError: {
		Title:   "a method does not return an error last",
		Why:     `Whatever travels can fail, and the caller must learn of it.`,
		Example: `Boots(ctx context.Context) int`,
		Remedy:  `return one: Boots(ctx context.Context) (int, error). A method that is not meant to travel takes //wamp:skip.`,
	},
	TopicWithResult: {
		Title:   "a topic has results",
		Why:     `An event goes to many subscribers or none, and nobody answers it.`,
		Example: `Status(ctx context.Context, online bool) (int, error)`,
		Remedy:  `return only the error, or make it a procedure of a service.`,
	},
	NamesNeeded: {
		Title:   "keywords need names",
		Why:     `With args=kwargs or result=kwargs, values travel by the names that parameters or results have in Go.`,
		Example: "//wamp:procedure result=kwargs\nSize(ctx context.Context) (int, int, error)",
		Remedy:  `name them: Size(ctx context.Context) (width, height int, err error).`,
	},
	HiddenMethod: {
		Title: "an embedded interface has an unexported method of another package",
		Why: `Only the package that declares such a method can implement it, so the emitted client could
not implement the interface.`,
		Example: "type Device interface {\n\treflect.Type // has unexported methods\n}",
		Remedy:  `do not embed that interface; list the methods that are meant.`,
	},
	NothingToGenerate: {
		Title:   "an annotated interface has nothing that travels",
		Why:     `Every exported method of a service is a procedure, and every one of topics is a topic. Here there is none.`,
		Example: "//wamp:service com.acme.device\ntype Device interface{}",
		Remedy:  `give the interface a method, or remove the annotation.`,
	},

	BadStream: {
		Title: "a stream is not where or what it can be",
		Why: `Streams are iter.Seq2[T, error]: what a procedure returns, as its only result, are
progressive results; what it takes, as its last parameter, are progressive invocations. A
parameter func(P) error reports progress before the result. A procedure has at most one
stream in each direction, and a topic has none.`,
		Example: `Tail(ctx context.Context, lines int) (iter.Seq[string], error)`,
		Remedy: `return the iterator alone, with errors as its second values:
Tail(ctx context.Context, lines int) iter.Seq2[string, error].`,
	},
	UnknownParameter: {
		Title: "//wamp:arg names no argument",
		Why: `The directive says how one argument travels, so it begins with the name of a parameter
that does: not ctx, a stream or one that the URI captures.`,
		Example: "//wamp:arg limt default=10\nList(ctx context.Context, limit int) ([]string, error)",
		Remedy:  `correct the name: //wamp:arg limit default=10. A parameter without a name needs one.`,
	},
	BadType: {
		Title: "a type cannot travel",
		Why: `Values are translated between JSON, MsgPack and CBOR, so that only what all of them
have survives: null, booleans, 64-bit integers, floats, strings, bytes, lists, and
dictionaries with string keys. Structs travel as dictionaries, times and
TextMarshalers as strings. The message has the path from the parameter to the type.`,
		Example: `type Config struct {
	Tags []chan int // Config.Tags[0] (chan int)
}`,
		Remedy: `use a type that can travel; leave a field out with the tag json:"-".`,
	},
	UnnameableType: {
		Title:   "a type cannot be named here",
		Why:     `The emitted client must write the type of every parameter and result, and the type is unexported in another package.`,
		Example: `Get(ctx context.Context) (other.Alias[hidden], error)`,
		Remedy:  `export the type, or give it an exported alias.`,
	},

	BadOneOf: {
		Title: "an interface cannot stand for these types",
		Why: `//wamp:oneof lists the struct types that an interface stands for. On the wire each is the
dictionary of its fields with a tag. So every case must be a struct that implements the
interface, no two may have the same tag, and no field may travel by the tag's key.`,
		Example: `//wamp:oneof Circle,Square tag=kind
type Shape interface{ isShape() }`,
		Remedy: `name types that exist, implement the interface and are structs; choose another key with
tag=, and the tags themselves with names=circle,square.`,
	},
	NotAnEnum: {
		Title:   "a type has nothing to enumerate",
		Why:     `The values of an enum are the exported constants of a named type in its own package.`,
		Example: "//wamp:enum open\ntype Color struct{ name string }",
		Remedy:  `declare constants of the type, or remove the directive.`,
	},
	BadURI: {
		Title: "a URI is malformed",
		Why: `A URI is components joined by dots. No component is empty or contains '#' or white
space. A URI that begins with '/' is absolute: prefix and version of
the interface are not put before it.`,
		Example: `//wamp:service com.acme..device`,
		Remedy:  `correct the URI: com.acme.device.`,
	},
	ReservedURI: {
		Title:   "a URI belongs to the protocol",
		Why:     `URIs that begin with "wamp." are the protocol's own; routers refuse them to clients.`,
		Example: `//wamp:error wamp.error.busy`,
		Remedy:  `begin with a domain of yours: com.acme.error.busy.`,
	},
	RepeatedURI: {
		Title: "a URI is used twice",
		Why: `Two procedures with one URI could not be told apart, nor could two topics or two errors.
All packages of one run are compared.`,
		Example: "//wamp:procedure reset\nReset(ctx context.Context) error\n//wamp:procedure reset\nRestart(ctx context.Context) error",
		Remedy:  `give one of them another suffix, or another prefix or version to its interface.`,
	},

	BadCapture: {
		Title: "a URI captures what it cannot",
		Why: `{id} as a component of a URI takes the value of the parameter id: a string, a boolean, an
integer or an encoding.TextMarshaler. {path...} takes the rest as a string; it is the
last component and the only capture, because routers match either by wildcard or by
prefix. match= follows from the captures.`,
		Example: "//wamp:procedure {id}.reset\nReset(ctx context.Context, device string) error",
		Remedy:  `give capture and parameter the same name: {device}.reset.`,
	},
	Overlap: {
		Title: "two methods take the same URI",
		Why: `A capture takes any component. If another method has a URI that such a value makes, calls
and events with it would reach the wrong one, whose arguments are others.
All packages of one run are compared.`,
		Example: "//wamp:procedure {id}.reset\nReset(ctx context.Context, id string) error\n//wamp:procedure all.reset\nResetAll(ctx context.Context) error",
		Remedy:  `make a component different, for example one.{id}.reset and all.reset.`,
	},
	NotAnError: {
		Title: "what is annotated is no error that can be declared",
		Why: `A declared error is a struct type that implements error, whose fields travel with it,
or a variable that holds an error, which travels as its URI alone.`,
		Example: "//wamp:error com.acme.not_found\ntype NotFound struct{ ID string }",
		Remedy:  `implement error: func (e *NotFound) Error() string.`,
	},
	UnknownError: {
		Title:   "errors= names something that is not declared",
		Why:     `Each name is that of a type or variable in the same package with //wamp:error.`,
		Example: "//wamp:procedure errors=NotFoud",
		Remedy:  `correct the name, or annotate the error.`,
	},

	NameConflict: {
		Title: "a generated name is taken",
		Why: `Generated declarations are called after their interface: DeviceClient, NewDeviceClient,
RegisterDevice and so on. One of them is declared already, by hand or for
another interface.`,
		Example: "type DeviceClient struct{ … }\n\n//wamp:service com.acme.device\ntype Device interface{ … }",
		Remedy:  `choose another base for the generated names: //wamp:service com.acme.device name=DeviceAPI.`,
	},
	Shadowed: {
		Title:   "a declaration hides a predeclared name",
		Why:     `Generated code uses predeclared names such as error, string and nil, and cannot if the package gives them another meaning.`,
		Example: `type error interface{ Code() int }`,
		Remedy:  `give the declaration another name.`,
	},
}
