module m

go 1.20

toolchain go1.24.4

require (
	a.org/x v1.0.0 // indirect
	"b" v0.0.0-20240101000000-abcdefabcdef
)
exclude c v1.0.0
replace (
	d => ../d
	e v1 => f v2
)
retract [v1.0.0, v1.1.0]
