package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Version is set by the linker: -ldflags "-X example.com/gocoffee/internal/service.Version=1.2.3".
var Version = "dev"

// Check asks one dependency whether it can be used now.
type Check func(ctx context.Context) error

// Service is one HTTP service: its name, where it listens, what it needs, and its routes.
type Service struct {
	Name   string
	Addr   string // such as ":8081"; port 0 picks a free one, and the log says which
	Log    *slog.Logger
	Checks map[string]Check
	Routes *http.ServeMux
	Grace  time.Duration // how long requests under way may take to finish after SIGTERM

	stopping atomic.Bool
}

// Handler returns the routes with /health, /ready and /metrics beside them.
func (s *Service) Handler() http.Handler {
	m := newMetrics()
	s.Routes.Handle("GET /health", Handler(s.health))
	s.Routes.Handle("GET /ready", Handler(s.ready))
	s.Routes.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry}))
	return m.observe(s.Log, s.Routes)
}

// Run serves until ctx ends, then lets the requests under way finish.
func (s *Service) Run(ctx context.Context) error {
	listener, err := net.Listen("tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      20 * time.Second,
		IdleTimeout:       60 * time.Second,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	s.Log.Info("listening", "addr", listener.Addr().String())

	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	s.Log.Info("stopping", "grace", s.Grace.String())
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Grace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return fmt.Errorf("shutdown: %w", err)
	}
	s.Log.Info("stopped")
	return nil
}

type status struct {
	Service string            `json:"service"`
	Version string            `json:"version"`
	Status  string            `json:"status"`
	Checks  map[string]string `json:"checks,omitempty"`
}

// health says that the process works; it asks nobody else, so that a dependency's outage restarts nothing.
func (s *Service) health(w http.ResponseWriter, _ *http.Request) error {
	return WriteJSON(w, http.StatusOK, status{Service: s.Name, Version: Version, Status: "ok"})
}

// ready says whether requests can be answered now: all dependencies are asked, at the same time.
func (s *Service) ready(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	answer := status{Service: s.Name, Version: Version, Status: "ok", Checks: map[string]string{}}
	code := http.StatusOK
	var mutex sync.Mutex
	var group sync.WaitGroup
	for _, name := range slices.Sorted(maps.Keys(s.Checks)) {
		group.Go(func() {
			err := s.Checks[name](ctx)
			mutex.Lock()
			defer mutex.Unlock()
			answer.Checks[name] = "ok"
			if err != nil {
				s.Log.Warn("not ready", "dependency", name, "error", err)
				answer.Checks[name] = "unreachable"
				answer.Status, code = "unavailable", http.StatusServiceUnavailable
			}
		})
	}
	group.Wait()
	if s.stopping.Load() {
		answer.Status, code = "stopping", http.StatusServiceUnavailable
	}
	return WriteJSON(w, code, answer)
}

// NewLogger returns a logger of JSON lines at the level that LOG_LEVEL names, info by default.
func NewLogger(out io.Writer, name string, env *Env) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(env.String("LOG_LEVEL", "info"))); err != nil {
		env.Note(fmt.Errorf("LOG_LEVEL: %w", err))
	}
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level})).With("service", name)
}

// Main is the main function of every service. With the argument "healthcheck" it asks the running
// service for its health instead, so that an image needs no HTTP client for its HEALTHCHECK.
func Main(name, addr string, run func(ctx context.Context, env *Env, log *slog.Logger) error) {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	env := NewEnv(os.Getenv)
	if len(os.Args) > 1 && os.Args[1] == "healthcheck" {
		if err := askHealth(ctx, env.String("LISTEN_ADDR", addr)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	log := NewLogger(os.Stdout, name, env)
	slog.SetDefault(log)
	log.Info("starting", "version", Version)
	if err := run(ctx, env, log); err != nil {
		log.Error("failed", "error", err)
		os.Exit(1)
	}
}

func askHealth(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if host == "" {
		host = "127.0.0.1"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/health", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}
