package main

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

// eventually waits until something is so, and fails when that takes too long.
func eventually(ctx context.Context, patience time.Duration, what string, is func() (bool, error)) error {
	err := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, patience, true, func(context.Context) (bool, error) { return is() })
	if wait.Interrupted(err) {
		return fmt.Errorf("waited for %s: %w", what, err)
	}
	return err
}
