//go:build !never

package torture

import "context"

// Tagged is in a file that build tags select.
//
//wamp:service com.example.torture.tagged naming=kebab
type Tagged interface {
	//wamp:procedure deprecated="use nothing" concurrency=2 timeout=30s
	GetHTTPCode(ctx context.Context, url string) (code int, err error)
}
