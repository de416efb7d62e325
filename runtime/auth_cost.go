package runtime

import (
	"fmt"

	"github.com/wampkit/wampkit/wamp"
)

// costOf reads a number from CHALLENGE.Extra, which is from 1 to most; otherwise is
// what it is if it is not there.
func costOf(extra wamp.Dict, name string, otherwise, most int) (int, error) {
	var number int64
	switch value := extra[name].(type) {
	case nil:
		return otherwise, nil
	case int64:
		number = value
	case float64: // as some encoders write integers
		number = int64(value)
		if value != float64(number) {
			number = 0
		}
	}
	if number < 1 || number > int64(most) {
		return 0, fmt.Errorf("CHALLENGE.Extra.%s is to be from 1 to %d", name, most)
	}
	return int(number), nil
}
