// Package integration tests the three services together: their real binaries, on real PostgreSQL and Redis.
package integration

import (
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	code := m.Run()
	for _, undo := range cleanups {
		undo()
	}
	os.Exit(code)
}

func register(t *testing.T, p platform) (c *client, credentials string) {
	t.Helper()
	c = &client{t: t, base: p.web.url}
	email := strings.ToLower(rand.Text()) + "@example.com"
	c.call("POST", "/api/register", fmt.Sprintf(`{"email":%q,"name":"Ada","password":"correct horse"}`, email), 201)
	return c, fmt.Sprintf(`{"email":%q,"password":"correct horse"}`, email)
}

func TestCustomerJourney(t *testing.T) {
	p := startPlatform(t)
	customer, credentials := register(t, p)
	customer.call("GET", "/api/me", "", 401)

	customer.token, _ = customer.call("POST", "/api/login", credentials, 200)["token"].(string)
	if me := customer.call("GET", "/api/me", "", 200); me["name"] != "Ada" {
		t.Errorf("got %v, want Ada", me)
	}
	order := customer.call("POST", "/api/orders", `{"items":[{"drink":"latte","size":"small","quantity":2}]}`, 201)
	orders, _ := customer.call("GET", "/api/orders", "", 200)["orders"].([]any)
	if len(orders) != 1 || orders[0].(map[string]any)["id"] != order["id"] {
		t.Errorf("got the orders %v, want the one just placed", orders)
	}

	other, credentials := register(t, p)
	other.token, _ = other.call("POST", "/api/login", credentials, 200)["token"].(string)
	if orders, _ := other.call("GET", "/api/orders", "", 200)["orders"].([]any); len(orders) != 0 {
		t.Errorf("another customer sees the orders %v", orders)
	}

	customer.call("POST", "/api/logout", "", 204)
	customer.call("GET", "/api/me", "", 401)
	other.call("GET", "/api/me", "", 200)
}

func TestLoginIsLimitedByAccount(t *testing.T) {
	p := startPlatform(t)
	customer, credentials := register(t, p)
	wrong := strings.Replace(credentials, "horse", "donkey", 1)
	for range 3 {
		customer.call("POST", "/api/login", wrong, 401)
	}
	customer.call("POST", "/api/login", credentials, 429)
	other, credentials := register(t, p)
	other.call("POST", "/api/login", credentials, 200)
}

func TestGatewaysAnswerServicesOnly(t *testing.T) {
	p := startPlatform(t)
	(&client{t: t, base: p.users.url}).call("GET", "/v1/menu", "", 403)
	(&client{t: t, base: p.security.url}).call("POST", "/v1/tokens", `{"subject":"admin"}`, 403)
	(&client{t: t, base: p.users.url}).call("GET", "/v1/menu", "", 200, "X-Service-Key", serviceKey)
}

func TestARequestHasOneIDInAllLogs(t *testing.T) {
	p := startPlatform(t)
	id := rand.Text()
	(&client{t: t, base: p.web.url}).call("GET", "/api/menu", "", 200, "X-Request-ID", id)
	for _, service := range []*process{p.web, p.users} {
		deadline := time.Now().Add(5 * time.Second)
		for !strings.Contains(service.logged(), id) && time.Now().Before(deadline) {
			time.Sleep(10 * time.Millisecond)
		}
		if !strings.Contains(service.logged(), id) {
			t.Errorf("%s did not log the request %s", service.command.Path, id)
		}
	}
}

func TestOutageOfAService(t *testing.T) {
	p := startPlatform(t)
	visitor := &client{t: t, base: p.web.url}
	visitor.call("GET", "/ready", "", 200)
	if err := p.security.terminate(t); err != nil {
		t.Errorf("the security-gateway ended with %v after SIGTERM", err)
	}
	visitor.call("GET", "/health", "", 200)
	checks, _ := visitor.call("GET", "/ready", "", 503)["checks"].(map[string]any)
	if checks["security-gateway"] != "unreachable" || checks["user-gateway"] != "ok" {
		t.Errorf("got the checks %v", checks)
	}
	visitor.call("GET", "/api/menu", "", 200)
	visitor.call("GET", "/api/me", "", 502, "Cookie", "session=any")
}

func TestServicesStopOnSIGTERM(t *testing.T) {
	p := startPlatform(t)
	for _, service := range []*process{p.web, p.security, p.users} {
		if err := service.terminate(t); err != nil {
			t.Errorf("%s: %v", service.command.Path, err)
		}
		if !strings.Contains(service.logged(), `"msg":"stopped"`) {
			t.Errorf("%s did not say that it stopped", service.command.Path)
		}
	}
}
