// The security-gateway issues, verifies and revokes session tokens, and counts attempts, in Redis.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/gocoffee/internal/service"
)

func main() { service.Main("security-gateway", ":8082", run) }

func run(ctx context.Context, env *service.Env, log *slog.Logger) error {
	addr := env.String("LISTEN_ADDR", ":8082")
	key := env.Required("SERVICE_KEY")
	redisURL := env.Required("REDIS_URL")
	tokenTTL := env.Duration("TOKEN_TTL", 12*time.Hour)
	grace := env.Duration("SHUTDOWN_TIMEOUT", 10*time.Second)
	limits := map[string]limit{
		"login": readLimit(env, "RATE_LIMIT_LOGIN", "10/1m"),
		"order": readLimit(env, "RATE_LIMIT_ORDER", "60/1m"),
	}
	if err := env.Err(); err != nil {
		return err
	}
	options, err := redis.ParseURL(redisURL)
	if err != nil {
		return fmt.Errorf("REDIS_URL: %w", err)
	}
	client := redis.NewClient(options)
	defer client.Close()

	mux := http.NewServeMux()
	api := &api{tokens: &tokens{client, tokenTTL}, limiter: &limiter{client, limits}}
	mux.Handle("/v1/", service.RequireKey(key, api.routes()))
	server := &service.Service{
		Name: "security-gateway", Addr: addr, Log: log, Routes: mux, Grace: grace,
		Checks: map[string]service.Check{
			"redis": func(ctx context.Context) error { return client.Ping(ctx).Err() },
		},
	}
	return server.Run(ctx)
}
