// The web-ui-backend serves the web page and the API behind it, and asks the two gateways for the rest.
package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"example.com/gocoffee/internal/service"
)

//go:embed static
var files embed.FS

func main() { service.Main("web-ui-backend", ":8090", run) }

func run(ctx context.Context, env *service.Env, log *slog.Logger) error {
	addr := env.String("LISTEN_ADDR", ":8090")
	key := env.Required("SERVICE_KEY")
	users := newUpstream(env.Required("USER_GATEWAY_URL"), key)
	security := newUpstream(env.Required("SECURITY_GATEWAY_URL"), key)
	grace := env.Duration("SHUTDOWN_TIMEOUT", 10*time.Second)
	secure, err := strconv.ParseBool(env.String("COOKIE_SECURE", "true"))
	if err != nil {
		env.Note(fmt.Errorf("COOKIE_SECURE: %w", err))
	}
	if err := env.Err(); err != nil {
		return err
	}
	static, err := fs.Sub(files, "static")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", securityHeaders(http.FileServerFS(static)))
	api := &api{users: users, security: security, secureCookie: secure}
	mux.Handle("/api/", http.NewCrossOriginProtection().Handler(api.routes()))
	server := &service.Service{
		Name: "web-ui-backend", Addr: addr, Log: log, Routes: mux, Grace: grace,
		Checks: map[string]service.Check{"user-gateway": users.health, "security-gateway": security.health},
	}
	return server.Run(ctx)
}

func securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}
