package transport

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/wampkit/wampkit/wamp"
)

// recordSeparator ends every message of a batch in JSON, in which it cannot occur.
const recordSeparator = 0x1E

// maxEnvelope is how many octets several messages share a WebSocket message
// with. It is what a length of 16 bits can say.
const maxEnvelope = 1<<16 - 1

// What is wrong with a batch (section "Message Batching").
var (
	errEmptyBatch   = errors.New("a batch has to hold a message")
	errNoSeparator  = errors.New("the last message of a batch does not end with 0x1e")
	errNoLength     = errors.New("a batch ends within the length of a message")
	errShortMessage = errors.New("a batch ends within a message")
)

// batchLimit is how long a batch may be for a receiver of messages of up to
// maxMessage octets: it takes the longest message, and whatever an [envelope] of
// ours has in it.
func batchLimit(maxMessage int) int { return max(maxMessage+4, maxEnvelope) }

// unbatch takes the first message off a batch. The message lies in the batch.
func unbatch(format wamp.Format, batch []byte, maxMessage int) (message, rest []byte, err error) {
	if len(batch) == 0 {
		return nil, nil, errEmptyBatch
	}
	if format == wamp.JSON {
		end := bytes.IndexByte(batch, recordSeparator)
		if end < 0 {
			return nil, nil, errNoSeparator
		}
		message, rest = batch[:end:end], batch[end+1:]
	} else {
		if len(batch) < 4 {
			return nil, nil, errNoLength
		}
		n := binary.BigEndian.Uint32(batch)
		if uint64(n) > uint64(len(batch)-4) {
			return nil, nil, errShortMessage
		}
		end := 4 + int(n)
		message, rest = batch[4:end:end], batch[end:]
	}
	if len(message) > maxMessage {
		return nil, nil, &longMessageError{size: len(message), limit: maxMessage}
	}
	return message, rest, nil
}

// longMessageError means that a batch holds a message that is longer than this
// end takes.
type longMessageError struct{ size, limit int }

func (e *longMessageError) Error() string {
	return fmt.Sprintf("message of %d octets exceeds the limit of %d", e.size, e.limit)
}
