package contract

import (
	"encoding/json"
	"fmt"
)

// Settlement is what the manager asks of `dumper inspect` when the word of every attempt of a dump was lost: which of them
// left a complete artifact, if any did. The answer is a Result, with Adopted.
type Settlement struct {
	Version int     `json:"version"`
	Storage Storage `json:"storage"`
	// KeyPrefix of the dump, below which each of its attempts wrote.
	KeyPrefix string `json:"keyPrefix"`
	// Dump is namespace/name of the DatabaseDump, which the manifest must name.
	Dump string `json:"dump"`
	// Database that was copied, which the manifest must name.
	Database string `json:"database"`
	// File is the name that the artifact must have.
	File string `json:"file"`
}

// Encode renders the settlement, which is always small enough.
func (s Settlement) Encode() ([]byte, error) {
	s.Version = RequestVersion
	data, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode the settlement: %w", err)
	}
	return data, nil
}

// DecodeSettlement reads a settlement, as strictly as DecodeRequest.
func DecodeSettlement(data []byte) (*Settlement, error) { return decodeRequest[Settlement](data) }
