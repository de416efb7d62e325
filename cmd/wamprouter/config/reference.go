package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Reference is a table of every key for the documentation, section by section, in
// Markdown.
func Reference() string {
	var b strings.Builder
	for _, section := range []struct {
		title, path string
		of          reflect.Type
	}{
		{"The file", "", reflect.TypeFor[File]()},
		{"tls", "tls", reflect.TypeFor[TLS]()},
		{"limits", "limits", reflect.TypeFor[Limits]()},
		{"log", "log", reflect.TypeFor[Log]()},
		{"A realm", "realms.NAME and auto_realm", reflect.TypeFor[Realm]()},
		{"A rule of a role", "realms.NAME.roles.ROLE", reflect.TypeFor[Rule]()},
		{"disclose", "of a realm and of a rule", reflect.TypeFor[Disclose]()},
		{"strict", "realms.NAME.strict", reflect.TypeFor[Strict]()},
		{"history", "realms.NAME.history", reflect.TypeFor[History]()},
		{"auth", "realms.NAME.auth", reflect.TypeFor[Auth]()},
		{"auth: anonymous", "realms.NAME.auth.anonymous", reflect.TypeFor[Anonymous]()},
		{"auth: ticket", "users.AUTHID of it", reflect.TypeFor[TicketUser]()},
		{"auth: wampcra", "users.AUTHID of it", reflect.TypeFor[CRAUser]()},
		{"auth: scram", "realms.NAME.auth.scram", reflect.TypeFor[SCRAM]()},
		{"auth: scram, a user", "users.AUTHID of it", reflect.TypeFor[SCRAMUser]()},
		{"auth: cryptosign", "realms.NAME.auth.cryptosign", reflect.TypeFor[Cryptosign]()},
		{"auth: cryptosign, a user", "users.AUTHID of it", reflect.TypeFor[CryptosignUser]()},
		{"auth: tls", "realms.NAME.auth.tls", reflect.TypeFor[TLSLogin]()},
		{"auth: tls, an owner", "users.NAME of it", reflect.TypeFor[TLSUser]()},
		{"auth: cookie", "realms.NAME.auth.cookie", reflect.TypeFor[Cookie]()},
		{"auth: dynamic", "realms.NAME.auth.dynamic", reflect.TypeFor[Dynamic]()},
	} {
		fmt.Fprintf(&b, "### %s\n\n", section.title)
		if section.path != "" {
			fmt.Fprintf(&b, "Keys of `%s`:\n\n", section.path)
		}
		b.WriteString("| key | default | meaning |\n|---|---|---|\n")
		for _, f := range fieldsOf(section.of) {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", keyOf(f), cell(f.Tag.Get("default")), cell(f.Tag.Get("doc")))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// cell is a text in a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
