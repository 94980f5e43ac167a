package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/volcado-io/volcado/internal/jobmeta"
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
		"keys that sources can set on Jobs": {append(images, "--allow-job-labels=app,example.com/", "--allow-job-annotations=example.com/a",
			"--allow-job-annotations=example.org/"), true},
		"a wildcard":                  {append(images, "--allow-job-annotations=*.example.com/"), false},
		"a label that is Kubernetes'": {append(images, "--allow-job-labels=batch.kubernetes.io/"), false},
		"an annotation of nothing":    {append(images, "--allow-job-annotations="), false},
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
	if len(s.jobMetadata.Labels)+len(s.jobMetadata.Annotations) > 0 || s.allowConsole || s.startDeadlineDefault != 10*time.Minute || s.metricsAddress != "0" {
		t.Errorf("the defaults are %+v", s)
	}
}

func TestKeysThatAreAllowedAddUpAndStayLabelsOrAnnotations(t *testing.T) {
	s, err := parse([]string{"--dumper-image-mariadb=a", "--dumper-image-mysql=b",
		"--allow-job-labels=app", "--allow-job-annotations=example.com/a,example.com/b", "--allow-job-annotations=example.org/"})
	if err != nil {
		t.Fatal(err)
	}
	want := jobmeta.Rules{Labels: jobmeta.Keys{"app"}, Annotations: jobmeta.Keys{"example.com/a", "example.com/b", "example.org/"}}
	if diff := cmp.Diff(want, s.jobMetadata); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
