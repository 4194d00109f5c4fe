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

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"example.com/gocoffee/internal/service"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// newAPI works on a Redis inside this process, whose clock the test moves.
func newAPI(t *testing.T) (http.Handler, *miniredis.Miniredis) {
	t.Helper()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	t.Cleanup(func() { client.Close() })
	limits := map[string]limit{"login": {count: 2, window: time.Minute}}
	return (&api{&tokens{client, time.Hour}, &limiter{client, limits}}).routes(), server
}

// send posts to the API, checks the status, and returns the answer.
func send(t *testing.T, handler http.Handler, path, body string, want int) (answer map[string]any, header http.Header) {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)))
	if recorder.Code != want {
		t.Fatalf("%s: got %d %s, want %d", path, recorder.Code, recorder.Body, want)
	}
	if recorder.Body.Len() > 0 {
		if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	return answer, recorder.Header()
}

func issue(t *testing.T, handler http.Handler, subject string) (body string) {
	t.Helper()
	answer, _ := send(t, handler, "/v1/tokens", `{"subject":"`+subject+`"}`, 201)
	token, _ := answer["token"].(string)
	if len(token) < 20 {
		t.Fatalf("the token %q is too short to be safe", token)
	}
	return `{"token":"` + token + `"}`
}

func TestATokenLivesUntilItIsRevoked(t *testing.T) {
	handler, _ := newAPI(t)
	ada, eve := issue(t, handler, "ada"), issue(t, handler, "eve")
	if answer, _ := send(t, handler, "/v1/tokens/verify", ada, 200); answer["subject"] != "ada" {
		t.Errorf("got %v, want the subject ada", answer)
	}
	send(t, handler, "/v1/tokens/revoke", ada, 204)
	send(t, handler, "/v1/tokens/verify", ada, 401)
	send(t, handler, "/v1/tokens/revoke", ada, 204)
	send(t, handler, "/v1/tokens/verify", eve, 200)
}

func TestATokenExpires(t *testing.T) {
	handler, server := newAPI(t)
	token := issue(t, handler, "ada")
	server.FastForward(59 * time.Minute)
	send(t, handler, "/v1/tokens/verify", token, 200)
	server.FastForward(2 * time.Minute)
	send(t, handler, "/v1/tokens/verify", token, 401)
}

func TestRedisHoldsNoToken(t *testing.T) {
	handler, server := newAPI(t)
	token := strings.Split(issue(t, handler, "ada"), `"`)[3]
	if dump := server.Dump(); strings.Contains(dump, token) {
		t.Errorf("the token stands in Redis: %s", dump)
	}
}

func TestLimitCountsByKeyAndWindow(t *testing.T) {
	handler, server := newAPI(t)
	ada, eve := `{"key":"ada"}`, `{"key":"eve"}`
	for _, want := range []float64{1, 0} {
		if answer, _ := send(t, handler, "/v1/limits/login", ada, 200); answer["remaining"] != want {
			t.Errorf("got %v, want %v remaining", answer, want)
		}
	}
	if _, header := send(t, handler, "/v1/limits/login", ada, 429); header.Get("Retry-After") != "60" {
		t.Errorf("Retry-After = %q, want 60", header.Get("Retry-After"))
	}
	send(t, handler, "/v1/limits/login", eve, 200)
	server.FastForward(time.Minute)
	send(t, handler, "/v1/limits/login", ada, 200)
}

func TestRefusals(t *testing.T) {
	handler, server := newAPI(t)
	paths := []string{"/v1/tokens", "/v1/tokens/verify", "/v1/tokens/revoke", "/v1/limits/login"}
	for _, path := range paths {
		send(t, handler, path, `{"what":1}`, 400)
	}
	send(t, handler, "/v1/tokens", `{"subject":""}`, 422)
	send(t, handler, "/v1/tokens/verify", `{"token":"guess"}`, 401)
	send(t, handler, "/v1/limits/nothing", `{"key":"ada"}`, 404)

	server.Close()
	for i, body := range []string{`{"subject":"ada"}`, `{"token":"x"}`, `{"token":"x"}`, `{"key":"ada"}`} {
		if answer, _ := send(t, handler, paths[i], body, 500); answer["error"] != "internal error" {
			t.Errorf("%s without Redis: got %v", paths[i], answer)
		}
	}
}

func TestParseLimit(t *testing.T) {
	if got, err := parseLimit("5/30s"); err != nil || got != (limit{5, 30 * time.Second}) {
		t.Errorf("5/30s: got %v, %v", got, err)
	}
	for _, bad := range []string{"", "5", "0/1m", "x/1m", "5/", "5/0s", "5/soon"} {
		if _, err := parseLimit(bad); err == nil {
			t.Errorf("%q is taken for a limit", bad)
		}
	}
}

func TestRun(t *testing.T) {
	var log bytes.Buffer
	values := map[string]string{
		"SERVICE_KEY": "k", "REDIS_URL": "redis://" + miniredis.RunT(t).Addr(), "LISTEN_ADDR": "127.0.0.1:0",
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	env := service.NewEnv(func(name string) string { return values[name] })
	if err := run(ctx, env, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "msg=listening") || !strings.Contains(log.String(), "msg=stopped") {
		t.Errorf("it did not serve: %s", &log)
	}
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	tests := []struct {
		values map[string]string
		want   string
	}{
		{nil, "SERVICE_KEY is not set\nREDIS_URL is not set"},
		{map[string]string{"SERVICE_KEY": "k", "REDIS_URL": "http://x"}, "REDIS_URL"},
		{map[string]string{"SERVICE_KEY": "k", "REDIS_URL": "redis://x", "RATE_LIMIT_LOGIN": "many"}, `RATE_LIMIT_LOGIN: "many"`},
	}
	for _, test := range tests {
		env := service.NewEnv(func(name string) string { return test.values[name] })
		if err := run(t.Context(), env, quiet); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: got %v, want %q", test.values, err, test.want)
		}
	}
}
