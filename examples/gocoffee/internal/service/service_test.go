package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func newService(log io.Writer) *Service {
	return &Service{
		Name: "test", Addr: "127.0.0.1:0", Routes: http.NewServeMux(), Grace: 5 * time.Second,
		Log: slog.New(slog.NewJSONHandler(log, nil)),
	}
}

func get(t *testing.T, handler http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, path, nil))
	return recorder
}

func TestHealthAsksNobody(t *testing.T) {
	s := newService(io.Discard)
	s.Checks = map[string]Check{"db": func(context.Context) error { t.Error("asked"); return nil }}
	answer := get(t, s.Handler(), "/health")
	if answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), `"service":"test","version":"dev","status":"ok"`) {
		t.Errorf("got %d %s", answer.Code, answer.Body)
	}
}

func TestReady(t *testing.T) {
	works := func(context.Context) error { return nil }
	fails := func(context.Context) error { return errors.New("secret details") }
	tests := []struct {
		name     string
		checks   map[string]Check
		stopping bool
		code     int
		want     status
	}{
		{"no dependencies", nil, false, 200, status{Status: "ok"}},
		{"all there", map[string]Check{"db": works}, false, 200, status{Status: "ok", Checks: map[string]string{"db": "ok"}}},
		{"one away", map[string]Check{"db": works, "cache": fails}, false, 503,
			status{Status: "unavailable", Checks: map[string]string{"db": "ok", "cache": "unreachable"}}},
		{"stopping", map[string]Check{"db": works}, true, 503, status{Status: "stopping", Checks: map[string]string{"db": "ok"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newService(io.Discard)
			s.Checks = test.checks
			s.stopping.Store(test.stopping)
			answer := get(t, s.Handler(), "/ready")
			var got status
			if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if answer.Code != test.code || got.Status != test.want.Status {
				t.Errorf("got %d %q, want %d %q", answer.Code, got.Status, test.code, test.want.Status)
			}
			for name, want := range test.want.Checks {
				if got.Checks[name] != want {
					t.Errorf("%s: got %q, want %q", name, got.Checks[name], want)
				}
			}
		})
	}
}

func TestMetricsNameRoutesNotPaths(t *testing.T) {
	s := newService(io.Discard)
	s.Routes.HandleFunc("GET /things/{id}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	handler := s.Handler()
	get(t, handler, "/things/1")
	get(t, handler, "/things/2")
	get(t, handler, "/nowhere")
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("BREW", "/things/3", nil))
	page := get(t, handler, "/metrics").Body.String()
	for _, want := range []string{
		`http_requests_total{method="GET",route="/things/{id}",status="418"} 2`,
		`http_requests_total{method="GET",route="unmatched",status="404"} 1`,
		`http_requests_total{method="other",route="unmatched",status="405"} 1`,
		`http_request_duration_seconds_bucket{method="GET",route="/things/{id}",le="+Inf"} 2`,
		`go_goroutines`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

func TestRequestID(t *testing.T) {
	var log bytes.Buffer
	s := newService(&log)
	var seen string
	s.Routes.HandleFunc("GET /", func(_ http.ResponseWriter, r *http.Request) { seen = RequestID(r.Context()) })
	handler := s.Handler()
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	request.Header.Set(RequestIDHeader, "abc")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	if seen != "abc" || answer.Header().Get(RequestIDHeader) != "abc" || !strings.Contains(log.String(), `"request_id":"abc"`) {
		t.Errorf("the caller's id is lost: %q, %v, %s", seen, answer.Header(), &log)
	}
	if get(t, handler, "/"); len(seen) < 20 {
		t.Errorf("no id was made: %q", seen)
	}
}

func TestRequireKey(t *testing.T) {
	handler := RequireKey("right", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	for key, want := range map[string]int{"right": 202, "wrong": 403, "": 403} {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Header.Set(ServiceKeyHeader, key)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != want {
			t.Errorf("key %q: got %d, want %d", key, answer.Code, want)
		}
	}
}

func TestHandlerHidesInternalErrors(t *testing.T) {
	tests := []struct {
		err  error
		code int
		body string
	}{
		{nil, 200, ""},
		{NewError(http.StatusConflict, "taken"), 409, `{"error":"taken"}`},
		{errors.New("password=hunter2"), 500, `{"error":"internal error"}`},
	}
	for _, test := range tests {
		answer := get(t, Handler(func(http.ResponseWriter, *http.Request) error { return test.err }), "/")
		if answer.Code != test.code || strings.TrimSpace(answer.Body.String()) != test.body {
			t.Errorf("%v: got %d %s, want %d %s", test.err, answer.Code, answer.Body, test.code, test.body)
		}
	}
}

func TestReadJSON(t *testing.T) {
	for body, ok := range map[string]bool{
		`{"name":"x"}`: true,
		`{"nam":"x"}`:  false,
		`{"name":`:     false,
		`{"name":"` + strings.Repeat("x", maxBody) + `"}`: false,
	} {
		var into struct{ Name string }
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		if err := ReadJSON(httptest.NewRecorder(), request, &into); (err == nil) != ok {
			t.Errorf("%.40s: got %v", body, err)
		}
	}
}

func TestEnv(t *testing.T) {
	values := map[string]string{"A": "a", "D": "3s", "BAD": "3 apples"}
	env := NewEnv(func(name string) string { return values[name] })
	if env.String("A", "x") != "a" || env.String("B", "x") != "x" || env.Required("A") != "a" {
		t.Error("strings are read wrongly")
	}
	if env.Duration("D", 0) != 3*time.Second || env.Duration("E", time.Minute) != time.Minute {
		t.Error("durations are read wrongly")
	}
	if env.Note(nil); env.Err() != nil {
		t.Errorf("got %v, want no problem yet", env.Err())
	}
	env.Required("MISSING")
	env.Duration("BAD", 0)
	values["LOG_LEVEL"] = "loud"
	NewLogger(io.Discard, "test", env)
	for _, want := range []string{"MISSING is not set", `BAD: "3 apples"`, "LOG_LEVEL"} {
		if !strings.Contains(env.Err().Error(), want) {
			t.Errorf("%q lacks %q", env.Err(), want)
		}
	}
}

// syncBuffer may be written by a server and read by its test.
type syncBuffer struct {
	mutex sync.Mutex
	bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.Buffer.Write(p)
}

func (b *syncBuffer) lines() []string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return strings.Split(b.String(), "\n")
}

func addrOf(t *testing.T, log *syncBuffer) string {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		for _, line := range log.lines() {
			var entry struct{ Msg, Addr string }
			if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "listening" {
				return entry.Addr
			}
		}
	}
	t.Fatal("the service does not listen")
	return ""
}

func TestRunFinishesRequestsUnderWay(t *testing.T) {
	log := &syncBuffer{}
	s := newService(log)
	arrived, release := make(chan struct{}), make(chan struct{})
	s.Routes.HandleFunc("GET /slow", func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		_, _ = io.WriteString(w, "done")
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	addr := addrOf(t, log)
	if err := askHealth(t.Context(), addr); err != nil {
		t.Errorf("healthcheck: %v", err)
	}

	body := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + addr + "/slow")
		if err != nil {
			body <- err.Error()
			return
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		body <- string(text)
	}()
	<-arrived
	stop()
	for !s.stopping.Load() {
		time.Sleep(time.Millisecond)
	}
	close(release)
	if got := <-body; got != "done" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	if err := askHealth(t.Context(), addr); err == nil {
		t.Error("it still answers after its end")
	}
}

func TestRunFailsOnAnAddressInUse(t *testing.T) {
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	s := newService(io.Discard)
	s.Addr = taken.Listener.Addr().String()
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "listen") {
		t.Errorf("got %v", err)
	}
	for _, addr := range []string{s.Addr, "no port", "bad host:1"} { // the first one answers 404
		if askHealth(t.Context(), addr) == nil {
			t.Errorf("healthcheck of %q succeeds", addr)
		}
	}
}
