//go:build never

package torture

// Tagged is not this one.
//
//wamp:service com.example.torture.never
type Tagged interface {
	Broken()
}
