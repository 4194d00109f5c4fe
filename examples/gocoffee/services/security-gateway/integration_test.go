package main

import (
	"crypto/rand"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// connect returns the Redis at REDIS_URL. Without that variable the test is skipped, unless
// INTEGRATION=1 says that the server must be there.
func connect(t *testing.T) *redis.Client {
	t.Helper()
	address := os.Getenv("REDIS_URL")
	if address == "" && os.Getenv("INTEGRATION") == "1" {
		t.Fatal("INTEGRATION=1, but REDIS_URL is not set")
	}
	if address == "" {
		t.Skip("needs Redis at REDIS_URL")
	}
	options, err := redis.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { client.Close() })
	if err := client.Ping(t.Context()).Err(); err != nil {
		t.Fatalf("Redis at REDIS_URL: %v", err)
	}
	return client
}

func TestIntegrationTokens(t *testing.T) {
	tokens := &tokens{connect(t), 300 * time.Millisecond}
	subject := rand.Text()
	token, _, err := tokens.issue(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	got, left, err := tokens.verify(t.Context(), token)
	if err != nil || got != subject || left <= 0 || left > tokens.ttl {
		t.Errorf("verify = %q, %v, %v", got, left, err)
	}
	revoked, _, err := tokens.issue(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	if err := tokens.revoke(t.Context(), revoked); err != nil {
		t.Fatal(err)
	}
	if _, _, err := tokens.verify(t.Context(), revoked); !errors.Is(err, errUnknownToken) {
		t.Errorf("revoked: got %v, want errUnknownToken", err)
	}
	time.Sleep(tokens.ttl + 50*time.Millisecond)
	if _, _, err := tokens.verify(t.Context(), token); !errors.Is(err, errUnknownToken) {
		t.Errorf("expired: got %v, want errUnknownToken", err)
	}
}

func TestIntegrationLimitHoldsUnderConcurrency(t *testing.T) {
	limiter := &limiter{connect(t), map[string]limit{"login": {count: 5, window: 10 * time.Second}}}
	key := rand.Text()
	var allowed atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			verdict, err := limiter.hit(t.Context(), "login", key)
			if err != nil {
				t.Error(err)
			}
			if verdict.allowed {
				allowed.Add(1)
			}
			if verdict.retry <= 0 {
				t.Error("a counter without an expiry would lock its key out for ever")
			}
		})
	}
	group.Wait()
	if allowed.Load() != 5 {
		t.Errorf("%d attempts were allowed, want 5", allowed.Load())
	}
}
