//go:build !linux && !darwin

package console

import "errors"

// hold cannot be had here: the terminal is given back between two prompts.
func hold(int) error { return errors.ErrUnsupported }
