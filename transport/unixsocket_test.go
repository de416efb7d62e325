package transport_test

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/wampkit/wampkit/transport"
)

func TestUnixSocketsHaveTheModeThatWasAskedFor(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("socket files have no mode here")
	}
	for _, mode := range []string{"0600", "0660", "0666", "777"} {
		path := filepath.Join(t.TempDir(), "socket")
		l, err := transport.Listen("unix://" + path + "?mode=" + mode)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]fs.FileMode{"0600": 0o600, "0660": 0o660, "0666": 0o666, "777": 0o777}[mode]
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode %s: the file has %v", mode, got)
		}
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Errorf("mode %s: %v", mode, err)
		} else {
			conn.Close()
		}
		l.Close()
	}
}

func TestUnixSocketParametersAreChecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	for query, want := range map[string]string{
		"mode=0999":           "octal",
		"mode=01777":          "octal",
		"mode=":               "octal",
		"mode=0600&mode=0666": "octal",
		"owner=root":          "owner",
	} {
		l, err := transport.Listen("unix://" + path + "?" + query)
		if err == nil {
			l.Close()
			t.Errorf("%s was accepted", query)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want something about %q", query, err, want)
		}
	}
}

func TestASymbolicLinkToASocketIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "socket"), filepath.Join(dir, "link")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	if l, err := transport.Listen("unix://" + link); err == nil {
		l.Close()
		t.Error("listening in place of a link")
	}
	if _, err := os.Lstat(link); err != nil {
		t.Error(err)
	}
}
