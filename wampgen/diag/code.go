package diag

// Code names a kind of problem for good: WG012 means today what it meant when it was introduced.
type Code string

// The codes. WG00x: loading. WG01x: reading annotations. WG02x: interfaces and
// their methods. WG03x: types. WG04x: URIs. WG05x: errors. WG06x: emitted names.
const (
	LoadFailed     Code = "WG001"
	SyntaxError    Code = "WG002"
	UnresolvedType Code = "WG003"
	ForeignFile    Code = "WG004"

	UnknownDirective   Code = "WG010"
	UnknownArgument    Code = "WG011"
	BadValue           Code = "WG012"
	RepeatedArgument   Code = "WG013"
	MalformedDirective Code = "WG014"
	BlankInDirective   Code = "WG015"
	DanglingDirective  Code = "WG016"
	WrongPlace         Code = "WG017"
	Conflict           Code = "WG018"
	// WG019 was for what was planned and not supported yet.

	NotAnInterface    Code = "WG020"
	GenericInterface  Code = "WG021"
	MissingContext    Code = "WG022"
	MissingError      Code = "WG023"
	TopicWithResult   Code = "WG024"
	NamesNeeded       Code = "WG025"
	HiddenMethod      Code = "WG026"
	NothingToGenerate Code = "WG027"
	BadStream         Code = "WG028"
	UnknownParameter  Code = "WG029"

	BadType        Code = "WG030"
	UnnameableType Code = "WG031"
	BadOneOf       Code = "WG032"
	NotAnEnum      Code = "WG033"

	BadURI      Code = "WG040"
	ReservedURI Code = "WG041"
	RepeatedURI Code = "WG042"
	BadCapture  Code = "WG043"
	Overlap     Code = "WG044"

	NotAnError   Code = "WG050"
	UnknownError Code = "WG051"

	NameConflict Code = "WG060"
	Shadowed     Code = "WG061"
)
