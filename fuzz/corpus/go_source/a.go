// C

//go:build (linux && !cgo) || amd64
// +build linux,amd64 !arm

package p // x

import (
	"a"
	b "a/b.v2"; . "go-c/v3"
	_ `d`
)
import "C"

func f() { a.F(); x.M(); b.F(); F(); var t a.T; t.Close(); s := "a.F" + `x` + string(rune(0x27)) }
