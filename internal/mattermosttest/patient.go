package mattermosttest

import (
	"net/http"
	"strconv"
	"time"
)

// patient sends a request again that the server's rate limit refused, when it says so: setting a test up is not what the limit
// is tried with.
type patient struct{}

// RoundTrip sends a request.
func (patient) RoundTrip(request *http.Request) (*http.Response, error) {
	for {
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil || response.StatusCode != http.StatusTooManyRequests || (request.Body != nil && request.GetBody == nil) {
			return response, err
		}
		_ = response.Body.Close()
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		timer := time.NewTimer(time.Duration(max(seconds, 1)) * time.Second)
		select {
		case <-timer.C:
		case <-request.Context().Done():
			timer.Stop()
			return nil, request.Context().Err()
		}
		request = request.Clone(request.Context())
		if request.GetBody != nil {
			if request.Body, err = request.GetBody(); err != nil {
				return nil, err
			}
		}
	}
}
