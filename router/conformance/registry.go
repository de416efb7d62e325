package conformance

// Chapters are all requirements, in order.
func Chapters() []Chapter {
	return []Chapter{
		uris, messages, webSocket, sessions, pubSub, rpc, ordering,
	}
}
