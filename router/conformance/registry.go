package conformance

// Chapters are all requirements, in order.
func Chapters() []Chapter {
	return []Chapter{
		uris, messages, webSocket, sessions, pubSub, rpc, ordering, features,
		progressiveResults, progressiveInvocations, cancelTimeoutReroute, identification,
		patternsShared, publishOptions, history,
		metaSession, metaRegistration, metaSubscription, testament,
		authentication, authorization,
		rawSocket, longPoll, passthru, reflectionLimits,
	}
}
