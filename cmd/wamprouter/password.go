package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/wampkit/wampkit/cmd/wamprouter/config"
	"github.com/wampkit/wampkit/router/auth"
	"github.com/wampkit/wampkit/wamp/proof"
)

// hashPassword is the command that makes what is stored in place of a password.
type hashPassword struct {
	Method     string `enum:"scram,wampcra" default:"scram" help:"The method that the user logs in by: scram (wamp-scram) or wampcra. Default: ${default}."`
	User       string `placeholder:"AUTHID" default:"NAME" help:"The user's authid, for the lines that are written."`
	Role       string `placeholder:"ROLE" default:"user" help:"The user's role, for the lines that are written. Default: ${default}."`
	KDF        string `name:"kdf" enum:"argon2id13,pbkdf2" default:"argon2id13" help:"The key derivation function of scram: argon2id13 or pbkdf2 (Autobahn|JS has no argon2id13 without an extra package). Default: ${default}."`
	Iterations int    `placeholder:"N" help:"How often the function is repeated. Default: 3 for argon2id13, 600000 for pbkdf2, 100000 for wampcra."`
	Memory     int    `placeholder:"KIB" help:"How much memory argon2id13 takes, in KiB. Default: 65536."`
}

// Run reads the password from standard input, without echo if that is a terminal, and
// writes the YAML lines of the user.
func (h *hashPassword) Run(t terminal) error {
	password, err := readPassword(t)
	if err != nil {
		return err
	}
	if h.Method == "wampcra" {
		u, err := auth.DeriveCRA(password, "", h.Iterations, 0)
		if err != nil {
			return usageError{err}
		}
		return h.write(t.out, "wampcra", [][2]string{
			{"key", quoted(u.Key)}, {"salt", quoted(u.Salt)},
			{"iterations", fmt.Sprint(u.Iterations)}, {"keylen", fmt.Sprint(u.KeyLen)},
		})
	}
	u, err := auth.DeriveSCRAM(password, proof.KDF(h.KDF), h.Iterations, h.Memory)
	if err != nil {
		return usageError{err}
	}
	lines := [][2]string{{"kdf", string(u.KDF)}, {"iterations", fmt.Sprint(u.Iterations)}}
	if u.Memory != 0 {
		lines = append(lines, [2]string{"memory", fmt.Sprint(u.Memory)})
	}
	return h.write(t.out, "scram", append(lines,
		[2]string{"salt", quoted(u.Salt)}, [2]string{"stored_key", quoted(u.StoredKey)}, [2]string{"server_key", quoted(u.ServerKey)}))
}

// write writes a user as it stands in a file, below auth.
func (h *hashPassword) write(to io.Writer, method string, lines [][2]string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:\n  users:\n    %s:\n", method, config.Key(h.User))
	for _, line := range append(lines, [2]string{"role", config.Key(h.Role)}) {
		fmt.Fprintf(&b, "      %s: %s\n", line[0], line[1])
	}
	_, err := io.WriteString(to, b.String())
	return err
}

func quoted(text string) string { return `"` + text + `"` }

// maxPassword is how long a password may be, in octets.
const maxPassword = 1024

// readPassword reads one line. From a terminal it is asked for twice, without echo.
func readPassword(t terminal) (string, error) {
	in := bufio.NewReader(io.LimitReader(t.in, 4*maxPassword))
	restore, isTerminal := hideInput(t.in)
	if !isTerminal {
		return readLine(in)
	}
	go func() {
		<-t.stop
		restore()
		os.Exit(exitSignal + 2)
	}()
	defer restore()
	fmt.Fprint(t.errs, "Password: ")
	first, err := readLine(in)
	fmt.Fprintln(t.errs)
	if err != nil {
		return "", err
	}
	fmt.Fprint(t.errs, "Again: ")
	second, err := readLine(in)
	fmt.Fprintln(t.errs)
	if err == nil && first != second {
		err = errors.New("the two passwords differ")
	}
	return first, err
}

func readLine(in *bufio.Reader) (string, error) {
	line, err := in.ReadString('\n')
	if err != nil && err != io.EOF {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	switch {
	case line == "":
		return "", usageError{errors.New("no password on standard input")}
	case len(line) > maxPassword:
		return "", usageError{fmt.Errorf("the password is longer than %d octets", maxPassword)}
	}
	return line, nil
}

// keygen is the command that makes a key pair.
type keygen struct{}

// Run writes the private key for the client and the public key for the file.
func (*keygen) Run(t terminal) error {
	private, public := auth.NewCryptosignKey()
	_, err := fmt.Fprintf(t.out, "# the client keeps this to itself:\nprivate: %q\n# for cryptosign: users: NAME: {pubkeys: [...], role: ...}\npublic: %q\n", private, public)
	return err
}
