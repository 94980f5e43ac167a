package main

import (
	"testing"
	"time"
)

func TestFlags(t *testing.T) {
	images := []string{"--dumper-image-mariadb=a", "--dumper-image-mysql=b"}
	for name, tc := range map[string]struct {
		args []string
		ok   bool
	}{
		"the images alone are enough":           {images, true},
		"without images there is nothing to do": {nil, false},
		"an argument is a mistake":              {append(images, "start"), false},
		"a deadline of nothing":                 {append(images, "--start-deadline-default=0s"), false},
		"an unknown flag":                       {append(images, "--allow-consoles"), false},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parse(tc.args); (err == nil) != tc.ok {
				t.Errorf("got %v", err)
			}
		})
	}
	s, err := parse(images)
	if err != nil {
		t.Fatal(err)
	}
	if s.allowConsole || s.startDeadlineDefault != 10*time.Minute || s.metricsAddress != "0" {
		t.Errorf("the defaults are %+v", s)
	}
}
