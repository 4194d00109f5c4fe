package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"example.com/gocoffee/internal/service"
)

// upstream is another service of the platform.
type upstream struct {
	base   string
	key    string
	client *http.Client
}

func newUpstream(base, key string) *upstream {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64 // the default of 2 would reconnect under load
	return &upstream{strings.TrimRight(base, "/"), key, &http.Client{Timeout: 5 * time.Second, Transport: transport}}
}

// call sends a JSON request and decodes the answer into out, which may be nil. What the upstream
// refuses (4xx) comes back as the same *service.Error; what fails there becomes 502.
func (u *upstream) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, u.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(service.ServiceKeyHeader, u.key)
	request.Header.Set(service.RequestIDHeader, service.RequestID(ctx))
	response, err := u.client.Do(request)
	if err != nil {
		return unavailable(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	switch code := response.StatusCode; {
	case err != nil:
		return unavailable(err)
	case code >= 500, code == http.StatusForbidden: // 403: the service key is wrong, no fault of the user
		return unavailable(fmt.Errorf("%s %s: %s", method, request.URL, response.Status))
	case code >= 400:
		refusal := service.NewError(code, "")
		if err := json.Unmarshal(answer, refusal); err != nil {
			return unavailable(err)
		}
		return refusal
	case out == nil:
		return nil
	}
	return json.Unmarshal(answer, out)
}

func unavailable(cause error) error {
	return fmt.Errorf("%w: %w", service.NewError(http.StatusBadGateway, "a service behind this one does not answer"), cause)
}

func (u *upstream) health(ctx context.Context) error {
	return u.call(ctx, http.MethodGet, "/health", nil, nil)
}
