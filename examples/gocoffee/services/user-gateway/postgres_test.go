package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"example.com/gocoffee/internal/service"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func openFake(t *testing.T, script map[string]reply) *postgres {
	t.Helper()
	db, err := openPostgres(t.Context(), fakePostgres(t, script), time.Minute, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.pool.Close)
	return db
}

func TestPostgresErrorsInOurWords(t *testing.T) {
	tests := []struct {
		name       string
		from, want error
	}{
		{"none", nil, nil},
		{"no row", pgx.ErrNoRows, errNotFound},
		{"unique", &pgconn.PgError{Code: "23505"}, errEmailTaken},
		{"foreign key", &pgconn.PgError{Code: "23503"}, errNotFound},
		{"no uuid", &pgconn.PgError{Code: "22P02"}, errNotFound},
		{"another", context.DeadlineExceeded, context.DeadlineExceeded},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := domainError(test.from); !errors.Is(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestPostgresReadsItsAnswers(t *testing.T) {
	text := func(values ...string) (row [][]byte) {
		for _, value := range values {
			row = append(row, []byte(value))
		}
		return row
	}
	account := []uint32{typeText, typeText, typeText, typeText}
	year2000 := make([]byte, 8) // a timestamptz counts microseconds since then
	db := openFake(t, map[string]reply{
		"INSERT INTO accounts": {params: account[:3], columns: account[:1], rows: [][][]byte{text("7")}},
		"accounts WHERE id":    {params: account[:1], columns: account, rows: [][][]byte{text("7", "a@b.c", "A", "h")}},
		"accounts WHERE email": {params: account[:1], columns: account},
		"INSERT INTO orders": {
			params: []uint32{typeText, typeJSONB, typeInt4}, columns: []uint32{typeText, typeTimestamptz},
			rows: [][][]byte{{[]byte("1"), year2000}},
		},
		"FROM orders": {
			params: account[:1], columns: []uint32{typeText, typeText, typeJSONB, typeInt4, typeTimestamptz},
			rows: [][][]byte{append(text("1", "7", `[{"drink":"latte"}]`), []byte{0, 0, 1, 104}, year2000)},
		},
	})
	ctx := t.Context()
	ada := Account{Email: "a@b.c", Name: "A", PasswordHash: "h"}
	if err := db.createAccount(ctx, &ada); err != nil || ada.ID != "7" {
		t.Errorf("createAccount: %v, %+v", err, ada)
	}
	if got, err := db.accountByID(ctx, "7"); err != nil || got != ada {
		t.Errorf("accountByID: %+v, %v", got, err)
	}
	if _, err := db.accountByEmail(ctx, "x@y.z"); !errors.Is(err, errNotFound) {
		t.Errorf("accountByEmail: %v", err)
	}
	order := Order{AccountID: "7", Items: []Item{{Drink: "latte"}}, TotalCents: 360}
	if err := db.createOrder(ctx, &order); err != nil || order.ID != "1" || order.CreatedAt.UTC().Year() != 2000 {
		t.Errorf("createOrder: %v, %+v", err, order)
	}
	orders, err := db.ordersOf(ctx, "7")
	if err != nil || len(orders) != 1 || orders[0].TotalCents != 360 || orders[0].Items[0].Drink != "latte" {
		t.Errorf("ordersOf: %+v, %v", orders, err)
	}
}

func TestPostgresRefusals(t *testing.T) {
	db := openFake(t, map[string]reply{
		"INSERT INTO accounts": {params: []uint32{typeText, typeText, typeText}, columns: []uint32{typeText}, code: codeUniqueViolation},
		"FROM orders":          {params: []uint32{typeText}, columns: []uint32{typeText}, code: codeInvalidText},
	})
	if err := db.createAccount(t.Context(), &Account{}); !errors.Is(err, errEmailTaken) {
		t.Errorf("createAccount: %v", err)
	}
	if _, err := db.ordersOf(t.Context(), "x"); !errors.Is(err, errNotFound) {
		t.Errorf("ordersOf: %v", err)
	}
}

func TestOpenGivesUp(t *testing.T) {
	const diskFull = "53100"
	for name, statement := range map[string]string{"lock": "pg_advisory_xact_lock", "schema": "CREATE TABLE", "commit": "commit"} {
		t.Run(name, func(t *testing.T) {
			url := fakePostgres(t, map[string]reply{statement: {code: diskFull}})
			_, err := openPostgres(t.Context(), url, time.Nanosecond, quiet)
			if err == nil || !strings.Contains(err.Error(), diskFull) {
				t.Errorf("got %v", err)
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	// Port 1 of this host refuses, as a server does that is not up yet.
	if _, err := openPostgres(ctx, "postgres://u@127.0.0.1:1/db", time.Hour, quiet); err == nil {
		t.Error("it does not stop waiting when it should")
	}
}

func TestRun(t *testing.T) {
	var log bytes.Buffer
	values := map[string]string{
		"SERVICE_KEY": "k", "DATABASE_URL": fakePostgres(t, nil), "LISTEN_ADDR": "127.0.0.1:0",
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
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
		{nil, "SERVICE_KEY is not set\nDATABASE_URL is not set"},
		{map[string]string{"SERVICE_KEY": "k", "DATABASE_URL": "::"}, "DATABASE_URL"},
		{map[string]string{"SERVICE_KEY": "k", "DATABASE_URL": "postgres://u@127.0.0.1:1/db", "STARTUP_TIMEOUT": "1ms"}, "postgres"},
	}
	for _, test := range tests {
		env := service.NewEnv(func(name string) string { return test.values[name] })
		if err := run(t.Context(), env, quiet); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: got %v, want %q", test.values, err, test.want)
		}
	}
}
