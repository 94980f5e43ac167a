module github.com/volcado-io/volcado

go 1.26.0
