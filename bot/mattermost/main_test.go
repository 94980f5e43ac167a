package mattermost

import (
	"testing"

	"github.com/volcado-io/volcado/internal/mattermosttest"
)

func TestMain(m *testing.M) { mattermosttest.Main(m) }
