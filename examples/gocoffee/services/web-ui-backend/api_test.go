package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/gocoffee/internal/service"
)

const key = "shared"

// gateways are the two services behind, reduced to their answers: one account and one valid token.
func gateways(t *testing.T) (users, security *httptest.Server) {
	t.Helper()
	answer := func(mux *http.ServeMux, pattern string, status int, body string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get(service.ServiceKeyHeader) != key {
				status, body = http.StatusForbidden, `{"error":"key"}`
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}
	accounts, sessions := http.NewServeMux(), http.NewServeMux()
	answer(accounts, "GET /v1/menu", 200, `{"drinks":[]}`)
	answer(accounts, "POST /v1/accounts", 409, `{"error":"taken"}`)
	answer(accounts, "POST /v1/accounts/authenticate", 200, `{"id":"7","email":"a@b.c","name":"Ada"}`)
	answer(accounts, "GET /v1/accounts/7", 200, `{"id":"7"}`)
	answer(accounts, "GET /v1/accounts/7/orders", 200, `{"orders":[]}`)
	answer(accounts, "POST /v1/accounts/7/orders", 201, `{"id":"1","total_cents":360}`)
	answer(accounts, "GET /health", 200, `{}`)
	answer(sessions, "POST /v1/tokens", 201, `{"token":"good","subject":"7","expires_at":"2100-01-01T00:00:00Z"}`)
	answer(sessions, "POST /v1/tokens/revoke", 204, ``)
	answer(sessions, "GET /health", 200, `{}`)
	sessions.HandleFunc("POST /v1/tokens/verify", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Token string }
		if json.NewDecoder(r.Body).Decode(&in) != nil || in.Token != "good" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":"unknown"}`)
			return
		}
		_, _ = io.WriteString(w, `{"subject":"7"}`)
	})
	sessions.HandleFunc("POST /v1/limits/{action}", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Key string }
		if json.NewDecoder(r.Body).Decode(&in) != nil || in.Key == "busy@b.c" {
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, `{"error":"too many"}`)
			return
		}
		_, _ = io.WriteString(w, `{}`)
	})
	users, security = httptest.NewServer(accounts), httptest.NewServer(sessions)
	t.Cleanup(users.Close)
	t.Cleanup(security.Close)
	return users, security
}

func newAPI(t *testing.T) http.Handler {
	t.Helper()
	users, security := gateways(t)
	return (&api{users: newUpstream(users.URL, key), security: newUpstream(security.URL, key), secureCookie: true}).routes()
}

func send(handler http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func TestRoutes(t *testing.T) {
	handler := newAPI(t)
	bearer, cookie := []string{"Authorization", "Bearer good"}, []string{"Cookie", "session=good"}
	tests := []struct {
		name, method, path, body string
		header                   []string
		code                     int
		want                     string
	}{
		{"menu", "GET", "/api/menu", "", nil, 200, `{"drinks":[]}`},
		{"email taken", "POST", "/api/register", `{}`, nil, 409, `{"error":"taken"}`},
		{"broken registration", "POST", "/api/register", `{`, nil, 400, "JSON"},
		{"login", "POST", "/api/login", `{"email":"a@b.c","password":"x"}`, nil, 200, `"name":"Ada"`},
		{"broken login", "POST", "/api/login", `[]`, nil, 400, "JSON"},
		{"too many logins", "POST", "/api/login", `{"email":"Busy@b.c","password":"x"}`, nil, 429, `{"error":"too many"}`},
		{"me by token", "GET", "/api/me", "", bearer, 200, `{"id":"7"}`},
		{"me by cookie", "GET", "/api/me", "", cookie, 200, `{"id":"7"}`},
		{"me by nothing", "GET", "/api/me", "", nil, 401, "sign in first"},
		{"me by a guess", "GET", "/api/me", "", []string{"Cookie", "session=guess"}, 401, "sign in first"},
		{"orders", "GET", "/api/orders", "", bearer, 200, `{"orders":[]}`},
		{"order", "POST", "/api/orders", `{"items":[]}`, bearer, 201, `"total_cents":360`},
		{"broken order", "POST", "/api/orders", `{`, bearer, 400, "JSON"},
		{"order of a stranger", "POST", "/api/orders", `{"items":[]}`, nil, 401, "sign in first"},
		{"logout", "POST", "/api/logout", "", bearer, 204, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := send(handler, test.method, test.path, test.body, test.header...)
			if got.Code != test.code || !strings.Contains(got.Body.String(), test.want) {
				t.Errorf("got %d %s, want %d with %s", got.Code, got.Body, test.code, test.want)
			}
		})
	}
}

func TestSessionCookie(t *testing.T) {
	handler := newAPI(t)
	opened := send(handler, "POST", "/api/login", `{"email":"a@b.c","password":"x"}`).Result().Cookies()
	if len(opened) != 1 || opened[0].Value != "good" || !opened[0].HttpOnly || !opened[0].Secure || opened[0].SameSite != http.SameSiteStrictMode {
		t.Errorf("the cookie is not safe: %v", opened)
	}
	closed := send(handler, "POST", "/api/logout", "", "Cookie", "session=good").Result().Cookies()
	if len(closed) != 1 || closed[0].Value != "" || closed[0].Expires.After(time.Now()) {
		t.Errorf("the cookie stays after signing out: %v", closed)
	}
}

func TestOutageIsABadGateway(t *testing.T) {
	users, security := gateways(t)
	good := newUpstream(security.URL, key)
	down := newUpstream(users.URL, key)
	users.Close()
	garbled := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }))
	defer garbled.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }))
	defer broken.Close()
	for name, back := range map[string][2]*upstream{
		"user-gateway down":     {down, good},
		"security-gateway down": {good, down},
		"wrong key":             {newUpstream(security.URL, "wrong"), newUpstream(security.URL, "wrong")},
		"garbled answer":        {newUpstream(garbled.URL, key), newUpstream(garbled.URL, key)},
		"failing answer":        {newUpstream(broken.URL, key), newUpstream(broken.URL, key)},
		"unusable address":      {newUpstream("http://[", key), newUpstream("http://[", key)},
	} {
		t.Run(name, func(t *testing.T) {
			handler := (&api{users: back[0], security: back[1]}).routes()
			codes := map[int]bool{}
			for _, path := range []string{"/api/login", "/api/orders", "/api/logout"} {
				answer := send(handler, "POST", path, `{}`, "Cookie", "session=good")
				codes[answer.Code] = true
				if strings.Contains(answer.Body.String(), "127.0.0.1") {
					t.Errorf("%s tells too much: %s", path, answer.Body)
				}
			}
			if !codes[http.StatusBadGateway] && !codes[http.StatusInternalServerError] {
				t.Errorf("the outage is not seen: %v", codes)
			}
		})
	}
}

func TestRunServesThePage(t *testing.T) {
	users, security := gateways(t)
	values := map[string]string{
		"SERVICE_KEY": key, "USER_GATEWAY_URL": users.URL, "SECURITY_GATEWAY_URL": security.URL + "/", "LISTEN_ADDR": "127.0.0.1:0",
	}
	output, input := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		env := service.NewEnv(func(name string) string { return values[name] })
		ended <- run(ctx, env, slog.New(slog.NewJSONHandler(input, nil)))
	}()
	lines := json.NewDecoder(output)
	var entry struct{ Addr string }
	if err := lines.Decode(&entry); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, output) }()

	for path, want := range map[string]string{
		"/": "<title>Go Coffee</title>", "/app.js": "fetch(", "/ready": `"user-gateway":"ok"`, "/api/menu": "drinks",
	} {
		response, err := http.Get("http://" + entry.Addr + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(want)) {
			t.Errorf("%s: got %d, %v, no %q", path, response.StatusCode, err, want)
		}
		if path == "/" && response.Header.Get("Content-Security-Policy") == "" {
			t.Error("the page has no content security policy")
		}
	}
	request, err := http.NewRequest(http.MethodPost, "http://"+entry.Addr+"/api/login", strings.NewReader(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("another site may sign a visitor in: got %d, want 403", response.StatusCode)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	env := service.NewEnv(func(name string) string { return map[string]string{"COOKIE_SECURE": "maybe"}[name] })
	err := run(t.Context(), env, slog.New(slog.NewTextHandler(io.Discard, nil)))
	for _, want := range []string{"SERVICE_KEY", "USER_GATEWAY_URL", "SECURITY_GATEWAY_URL", "COOKIE_SECURE"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s in it", err, want)
		}
	}
}
