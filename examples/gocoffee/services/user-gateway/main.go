// The user-gateway keeps accounts and orders in PostgreSQL.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/crypto/bcrypt"

	"example.com/gocoffee/internal/service"
)

func main() { service.Main("user-gateway", ":8081", run) }

func run(ctx context.Context, env *service.Env, log *slog.Logger) error {
	addr := env.String("LISTEN_ADDR", ":8081")
	key := env.Required("SERVICE_KEY")
	databaseURL := env.Required("DATABASE_URL")
	patience := env.Duration("STARTUP_TIMEOUT", 30*time.Second)
	grace := env.Duration("SHUTDOWN_TIMEOUT", 10*time.Second)
	if err := env.Err(); err != nil {
		return err
	}
	db, err := openPostgres(ctx, databaseURL, patience, log)
	if err != nil {
		return err
	}
	defer db.pool.Close()

	mux := http.NewServeMux()
	api := &api{store: db, passwordCost: bcrypt.DefaultCost}
	mux.Handle("/v1/", service.RequireKey(key, api.routes()))
	server := &service.Service{
		Name: "user-gateway", Addr: addr, Log: log, Routes: mux, Grace: grace,
		Checks: map[string]service.Check{"postgres": db.pool.Ping},
	}
	return server.Run(ctx)
}
