package preflight

import (
	"context"
	"crypto/tls"
	"database/sql/driver"
	"sync/atomic"
)

// proof notes whether a connection came as far as a certificate that was verified. What a server says before that, in place
// of its greeting, anybody on the way can say.
type proof struct{ given atomic.Bool }

// of is the configuration, which may be nil, noting in p when it has verified a certificate.
func (p *proof) of(config *tls.Config) *tls.Config {
	if config == nil {
		return nil
	}
	noting := config.Clone()
	noting.VerifyConnection = func(state tls.ConnectionState) error {
		// It is called after the standard verification. Its result is what a mode without that one demands.
		if config.VerifyConnection != nil {
			if err := config.VerifyConnection(state); err != nil {
				return err
			}
		}
		p.given.Store(!config.InsecureSkipVerify || config.VerifyConnection != nil)
		return nil
	}
	return noting
}

// proving makes connections, each of which begins without a proof.
type proving struct {
	driver.Connector
	proof *proof
}

func (c proving) Connect(ctx context.Context) (driver.Conn, error) {
	c.proof.given.Store(false)
	return c.Connector.Connect(ctx)
}
