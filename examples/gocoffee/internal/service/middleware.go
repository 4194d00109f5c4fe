package service

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Headers that the services send each other.
const (
	RequestIDHeader  = "X-Request-ID"
	ServiceKeyHeader = "X-Service-Key"
)

type requestIDKey struct{}

// RequestID returns the id under which the whole platform logs the current request.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// RequireKey lets only callers through that know the platform's shared key. Others get 403, which no
// route behind it uses: a 401 from there is about the user, not about the calling service.
func RequireKey(key string, next http.Handler) http.Handler {
	return Handler(func(w http.ResponseWriter, r *http.Request) error {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get(ServiceKeyHeader)), []byte(key)) != 1 {
			return NewError(http.StatusForbidden, "the service key is missing or wrong")
		}
		next.ServeHTTP(w, r)
		return nil
	})
}

type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "http_requests_total",
			Help: "HTTP requests answered, by method, route and status.",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_request_duration_seconds",
			Help:    "Time to answer an HTTP request, by method and route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .2, .5, 1, 2.5},
		}, []string{"method", "route"}),
	}
	m.registry.MustRegister(m.requests, m.duration, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe gives each request an id, and counts, times and logs it.
func (m *metrics) observe(log *slog.Logger, mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := r.Header.Get(RequestIDHeader)
		if id == "" || len(id) > 64 {
			id = rand.Text()
		}
		w.Header().Set(RequestIDHeader, id)
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id))
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}

		mux.ServeHTTP(recorder, r)

		took, route := time.Since(start), routeOf(r)
		m.requests.WithLabelValues(methodOf(r), route, strconv.Itoa(recorder.status)).Inc()
		m.duration.WithLabelValues(methodOf(r), route).Observe(took.Seconds())
		level := slog.LevelInfo
		if route == "/health" || route == "/ready" || route == "/metrics" {
			level = slog.LevelDebug
		}
		log.Log(r.Context(), level, "request", "method", r.Method, "route", route, "path", r.URL.Path,
			"status", recorder.status, "ms", took.Milliseconds(), "request_id", id)
	})
}

// routeOf is the pattern that matched, never the path: a label must not have endless values.
func routeOf(r *http.Request) string {
	if r.Pattern == "" {
		return "unmatched"
	}
	return r.Pattern[strings.IndexByte(r.Pattern, '/'):]
}

func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
