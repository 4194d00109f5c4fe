package main

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// openTestDatabase gives the test a schema of its own in the database at DATABASE_URL. Without that
// variable the test is skipped, unless INTEGRATION=1 says that the database must be there.
func openTestDatabase(t *testing.T) *postgres {
	t.Helper()
	address := os.Getenv("DATABASE_URL")
	if address == "" && os.Getenv("INTEGRATION") == "1" {
		t.Fatal("INTEGRATION=1, but DATABASE_URL is not set")
	}
	if address == "" {
		t.Skip("needs PostgreSQL at DATABASE_URL")
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	admin, err := openPostgres(t.Context(), address, 5*time.Second, log)
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if _, err := admin.pool.Exec(t.Context(), "CREATE SCHEMA "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.pool.Exec(context.Background(), "DROP SCHEMA "+name+" CASCADE"); err != nil {
			t.Error(err)
		}
		admin.pool.Close()
	})
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := parsed.Query()
	query.Set("search_path", name)
	parsed.RawQuery = query.Encode()
	db, err := openPostgres(t.Context(), parsed.String(), 5*time.Second, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.pool.Close)
	return db
}

func TestIntegrationPostgres(t *testing.T) { testStore(t, openTestDatabase(t)) }

func TestIntegrationMigrateIsRepeatableAndConcurrent(t *testing.T) {
	db := openTestDatabase(t)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := db.migrate(t.Context()); err != nil {
				t.Errorf("migrate: %v", err)
			}
		})
	}
	group.Wait()
}

func TestIntegrationOneEmailOneAccountUnderConcurrency(t *testing.T) {
	db := openTestDatabase(t)
	created := make(chan error, 8)
	for range cap(created) {
		go func() { created <- db.createAccount(t.Context(), &Account{Email: "same@example.com", Name: "Same"}) }()
	}
	succeeded := 0
	for range cap(created) {
		if err := <-created; err == nil {
			succeeded++
		}
	}
	if succeeded != 1 {
		t.Errorf("%d accounts were created, want 1", succeeded)
	}
}
