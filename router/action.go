package router

import (
	"fmt"
	"strings"
)

// Action is something that a session may be allowed to do with a URI, or with a
// pattern of URIs (Advanced Profile, section "Authorization").
type Action uint8

// The actions.
const (
	// ActionCall is calling a procedure, those of the meta API included.
	ActionCall Action = iota
	// ActionRegister is registering a procedure, or a pattern of procedures.
	ActionRegister
	// ActionPublish is publishing to a topic, by a testament too.
	ActionPublish
	// ActionSubscribe is subscribing to a topic or a pattern of topics, those of
	// the meta API included, and asking for the history of one.
	ActionSubscribe
	actionCount
)

var actionNames = [actionCount]string{"call", "register", "publish", "subscribe"}

// String is the action's name in configuration files, and as dynamic authorizers
// are told it: "call", "register", "publish" or "subscribe".
func (a Action) String() string {
	if a < actionCount {
		return actionNames[a]
	}
	return fmt.Sprintf("Action(%d)", uint8(a))
}

// ParseAction is the inverse of [Action.String]. The error names what there is.
func ParseAction(name string) (Action, error) {
	for a, known := range actionNames {
		if name == known {
			return Action(a), nil
		}
	}
	return 0, fmt.Errorf("unknown action %q: want %s", name, strings.Join(actionNames[:], ", "))
}

// actions is a set of actions.
type actions uint8

func (s actions) has(a Action) bool { return s&(1<<a) != 0 }

func (s *actions) add(a Action) { *s |= 1 << a }
