// Package machine is a service with streams in every direction.
package machine

import (
	"context"
	"iter"
)

//go:generate go run github.com/wampkit/wampkit/cmd/wampgen .

// Machine is a computer somewhere else.
//
//wamp:service com.example.machine
type Machine interface {
	// Tail returns the lines of a log as they are written, without an end.
	Tail(ctx context.Context, log string) iter.Seq2[Line, error]

	// Upload takes a file in chunks, tells how much has arrived, and returns its digest.
	//wamp:procedure errors=DiskFull
	Upload(ctx context.Context, name string, progress func(percent int) error, chunks iter.Seq2[[]byte, error]) (digest string, err error)

	// Upper answers each line with the same line in capitals.
	Upper(ctx context.Context, lines iter.Seq2[string, error]) iter.Seq2[string, error]
}

// Line is a line of a log.
type Line struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
}

// DiskFull is the error for a file that is too large.
//
//wamp:error com.example.machine.disk_full
type DiskFull struct {
	Left int `json:"left"` // octets
}

func (e *DiskFull) Error() string { return "the disk is full" }
