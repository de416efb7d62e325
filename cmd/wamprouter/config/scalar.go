package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/wampkit/wampkit/transport"
)

// scalar is a value that is written as one word and has a grammar of its own.
type scalar interface {
	// parse reads the word. Its error says what is allowed.
	parse(text string) error
}

// Size is a number of octets, written like 512, 64KiB, 16MiB or 1GiB.
type Size int

var units = map[string]int{"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9}

var sizePattern = regexp.MustCompile(`^([0-9]+) ?([A-Za-z]*)$`)

func (s *Size) parse(text string) error {
	wrong := errors.New("want a size such as 512KiB or 16MiB (B, KiB, MiB, GiB, kB, MB, GB)")
	parts := sizePattern.FindStringSubmatch(text)
	if parts == nil {
		return wrong
	}
	unit, known := units[parts[2]]
	n, err := strconv.Atoi(parts[1])
	if !known || err != nil || n > math.MaxInt/unit {
		return wrong
	}
	*s = Size(n * unit)
	return nil
}

// String is the size in the largest unit that divides it.
func (s Size) String() string {
	for _, unit := range []string{"GiB", "MiB", "KiB"} {
		if n := units[unit]; int(s) >= n && int(s)%n == 0 {
			return strconv.Itoa(int(s)/n) + unit
		}
	}
	return strconv.Itoa(int(s)) + "B"
}

// Duration is a time span, written like 500ms, 5s or 1m30s.
type Duration time.Duration

func (d *Duration) parse(text string) error {
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed <= 0 {
		return errors.New("want a duration above 0 with its unit, such as 500ms, 5s or 1m30s")
	}
	*d = Duration(parsed)
	return nil
}

// Interval is a [Duration] or the word never, which is negative.
type Interval time.Duration

func (i *Interval) parse(text string) error {
	if text == "never" {
		*i = -1
		return nil
	}
	if (*Duration)(i).parse(text) != nil {
		return errors.New("want a duration with its unit, such as 30s, or never")
	}
	return nil
}

// Address is where the metrics are served: host:port, or a port of this machine.
type Address string

func (a *Address) parse(text string) error {
	if port, err := strconv.ParseUint(text, 10, 16); err == nil {
		*a = Address(net.JoinHostPort("127.0.0.1", strconv.FormatUint(port, 10)))
		return nil
	}
	_, port, err := net.SplitHostPort(text)
	if _, portErr := strconv.ParseUint(port, 10, 16); err != nil || portErr != nil {
		return errors.New("want host:port, such as 127.0.0.1:9090, or a port of this machine, such as 9090")
	}
	*a = Address(text)
	return nil
}

// ListenURL is where to listen; see [transport.Listen].
type ListenURL string

func (u *ListenURL) parse(text string) error {
	if err := transport.CheckURL(text); err != nil {
		return err
	}
	*u = ListenURL(text)
	return nil
}

// Origin is an origin of web pages, such as https://app.example.com, or * for all.
type Origin string

var originPattern = regexp.MustCompile(`^(\*|null|[a-z][a-z0-9+.-]*://[^/\s?#]+)$`)

func (o *Origin) parse(text string) error {
	if !originPattern.MatchString(text) {
		return errors.New(`want an origin such as https://app.example.com, without a path, or "*" for any`)
	}
	*o = Origin(text)
	return nil
}

// Secret is a text that is never printed. It may be written as env:NAME or
// file:PATH.
type Secret string

// String hides the secret from fmt and slog.
func (Secret) String() string { return "(secret)" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "(secret)" }

// resolve finds out what a text stands for that may refer to the environment or
// to a file, whose trailing newline is cut. Paths are relative to dir.
func resolve(text, dir string) (string, error) {
	if name, ok := strings.CutPrefix(text, "env:"); ok {
		value, set := os.LookupEnv(name)
		switch {
		case !set:
			return "", fmt.Errorf("the environment variable %s is not set", name)
		case value == "":
			return "", fmt.Errorf("the environment variable %s is empty", name)
		}
		return value, nil
	}
	if path, ok := strings.CutPrefix(text, "file:"); ok {
		return readSecret(relativeTo(dir, path))
	}
	return text, nil
}

// maxSecret is the longest secret that is read from a file, in octets.
const maxSecret = 64 << 10

func readSecret(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("cannot read the secret: %w", err)
	}
	if info.Size() > maxSecret {
		return "", fmt.Errorf("cannot read the secret: %s is longer than %d octets", path, maxSecret)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("cannot read the secret: %w", err)
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	if text == "" {
		return "", fmt.Errorf("the secret in %s is empty", path)
	}
	return text, nil
}

// relativeTo makes a path that is not absolute one below dir.
func relativeTo(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
