package config

import _ "embed"

// Starter is a file to begin with, in which every section is explained. It serves
// what wamprouter serves without a file.
//
//go:embed starter.yaml
var Starter string
