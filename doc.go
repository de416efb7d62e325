// Package wampkit is the root of the wampkit module: typed RPC and PubSub for
// Go over WAMP, the Web Application Messaging Protocol.
//
// It holds no code. Start with the command wampgen, which generates clients
// and registrations from annotated interfaces, package runtime, which that
// code runs on, and the command wamprouter or package router, which connects
// the two ends.
package wampkit
