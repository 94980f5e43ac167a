package contract

// ProgressPath at which the dumper serves how far it is.
const ProgressPath = "/v1/progress"

// Progress is the answer to GET ProgressPath: how far one attempt is. It is for people, and nothing decides on it.
type Progress struct {
	// Attempt is the pod's UID, so that the answer of another pod at the same address is not believed.
	Attempt string `json:"attempt"`
	// Bytes of SQL text read from the client.
	Bytes int64 `json:"bytes"`
	// EstimatedBytes in all, by the server's statistics; 0 when unknown.
	EstimatedBytes int64 `json:"estimatedBytes"`
	// Table or view being copied.
	Table string `json:"table"`
	// TablesDone and TablesTotal count tables and views.
	TablesDone  int `json:"tablesDone"`
	TablesTotal int `json:"tablesTotal"`
}
