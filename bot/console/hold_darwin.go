package console

import "golang.org/x/sys/unix"

const (
	readModes, writeModes = unix.TIOCGETA, unix.TIOCSETA
	noKey                 = 0xff // _POSIX_VDISABLE
)
