package runtime

import (
	"context"
	"sync"

	"github.com/wampkit/wampkit/wamp"
)

// CallInfo is what came back with a call, beside its results.
type CallInfo struct {
	options []CallOption

	mu      sync.Mutex
	request wamp.ID            // guarded by mu
	details wamp.ResultDetails // guarded by mu
}

type callInfoKey struct{}

// NewCallContext returns a context whose calls have further options, which win over
// all others, and where to find what came back with the latest answer.
func NewCallContext(ctx context.Context, opts ...CallOption) (context.Context, *CallInfo) {
	info := &CallInfo{options: opts}
	if outer := callInfoFrom(ctx); outer != nil {
		info.options = append(outer.options[:len(outer.options):len(outer.options)], opts...)
	}
	return context.WithValue(ctx, callInfoKey{}, info), info
}

func callInfoFrom(ctx context.Context) *CallInfo {
	info, _ := ctx.Value(callInfoKey{}).(*CallInfo)
	return info
}

func (i *CallInfo) answered(request wamp.ID, details wamp.ResultDetails) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.request, i.details = request, details
}

// Request is the request id of the latest call that was answered, 0 before.
func (i *CallInfo) Request() wamp.ID {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.request
}

// Details are the details of the latest RESULT, empty before or after an ERROR.
func (i *CallInfo) Details() wamp.ResultDetails {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.details
}

// PublishInfo is what came back with an acknowledged publication.
type PublishInfo struct {
	options []PublishOption

	mu          sync.Mutex
	publication wamp.ID // guarded by mu
}

type publishInfoKey struct{}

// NewPublishContext returns a context whose publications have further options,
// which win over all others, and where to find what came back with the latest one.
func NewPublishContext(ctx context.Context, opts ...PublishOption) (context.Context, *PublishInfo) {
	info := &PublishInfo{options: opts}
	if outer := publishInfoFrom(ctx); outer != nil {
		info.options = append(outer.options[:len(outer.options):len(outer.options)], opts...)
	}
	return context.WithValue(ctx, publishInfoKey{}, info), info
}

func publishInfoFrom(ctx context.Context) *PublishInfo {
	info, _ := ctx.Value(publishInfoKey{}).(*PublishInfo)
	return info
}

func (i *PublishInfo) published(id wamp.ID) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.publication = id
}

// Publication is the id that the broker gave to the latest acknowledged
// publication, 0 without one.
func (i *PublishInfo) Publication() wamp.ID {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.publication
}
