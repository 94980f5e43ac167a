//go:build linux || darwin

package console

import "golang.org/x/sys/unix"

// hold makes a raw terminal keep what is typed until it is read, byte for byte, but for Ctrl-C, which becomes a signal, and
// Ctrl-Z, which suspends. Lines that are written end as ever.
func hold(terminal int) error {
	modes, err := unix.IoctlGetTermios(terminal, readModes)
	if err != nil {
		return err
	}
	modes.Lflag |= unix.ISIG
	modes.Oflag |= unix.OPOST
	// Ctrl-\ would end the program at once, and leave the terminal like this.
	modes.Cc[unix.VQUIT] = noKey
	return unix.IoctlSetTermios(terminal, writeModes, modes)
}
