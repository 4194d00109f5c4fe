package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed schema.sql
var schema string

// Codes of PostgreSQL, appendix A of its manual.
const (
	codeUniqueViolation     = "23505"
	codeForeignKeyViolation = "23503"
	codeInvalidText         = "22P02" // such as an id that is no UUID
)

// pool is what the store needs of a *pgxpool.Pool.
type pool interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Begin(ctx context.Context) (pgx.Tx, error)
	Ping(ctx context.Context) error
	Close()
}

type postgres struct{ pool pool }

// openPostgres connects and brings the tables up to date; it waits for a server that is still starting.
func openPostgres(ctx context.Context, url string, patience time.Duration, log *slog.Logger) (*postgres, error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	db := &postgres{pool}
	deadline := time.Now().Add(patience)
	for {
		if err = db.migrate(ctx); err == nil {
			return db, nil
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			pool.Close()
			return nil, fmt.Errorf("postgres: %w", err)
		}
		log.Warn("waiting for postgres", "error", err)
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// migrate runs the schema under a lock, because replicas start at the same time.
func (p *postgres) migrate(ctx context.Context) error {
	tx, err := p.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('user-gateway'))`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, schema); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

func (p *postgres) createAccount(ctx context.Context, account *Account) error {
	err := p.pool.QueryRow(ctx,
		`INSERT INTO accounts (email, name, password_hash) VALUES ($1, $2, $3) RETURNING id`,
		account.Email, account.Name, account.PasswordHash).Scan(&account.ID)
	return domainError(err)
}

func (p *postgres) accountByID(ctx context.Context, id string) (Account, error) {
	return p.account(ctx, `SELECT id, email, name, password_hash FROM accounts WHERE id = $1`, id)
}

func (p *postgres) accountByEmail(ctx context.Context, email string) (Account, error) {
	return p.account(ctx, `SELECT id, email, name, password_hash FROM accounts WHERE email = $1`, email)
}

func (p *postgres) account(ctx context.Context, query, argument string) (Account, error) {
	var a Account
	err := p.pool.QueryRow(ctx, query, argument).Scan(&a.ID, &a.Email, &a.Name, &a.PasswordHash)
	return a, domainError(err)
}

func (p *postgres) createOrder(ctx context.Context, order *Order) error {
	err := p.pool.QueryRow(ctx,
		`INSERT INTO orders (account_id, items, total_cents) VALUES ($1, $2, $3) RETURNING id, created_at`,
		order.AccountID, order.Items, order.TotalCents).Scan(&order.ID, &order.CreatedAt)
	return domainError(err)
}

// ordersOf returns the newest fifty.
func (p *postgres) ordersOf(ctx context.Context, accountID string) ([]Order, error) {
	rows, err := p.pool.Query(ctx,
		`SELECT id, account_id, items, total_cents, created_at FROM orders
		 WHERE account_id = $1 ORDER BY created_at DESC LIMIT 50`, accountID)
	if err != nil {
		return nil, domainError(err)
	}
	orders, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Order, error) {
		var o Order
		err := row.Scan(&o.ID, &o.AccountID, &o.Items, &o.TotalCents, &o.CreatedAt)
		return o, err
	})
	return orders, domainError(err)
}

// domainError says in the service's words what the database said in its own.
func domainError(err error) error {
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return errNotFound
	case errors.As(err, &pg) && pg.Code == codeUniqueViolation:
		return errEmailTaken
	case errors.As(err, &pg) && (pg.Code == codeForeignKeyViolation || pg.Code == codeInvalidText):
		return errNotFound
	}
	return fmt.Errorf("postgres: %w", err)
}
