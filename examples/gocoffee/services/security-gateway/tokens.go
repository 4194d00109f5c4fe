package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

var errUnknownToken = errors.New("the token is unknown, expired or revoked")

// tokens keeps sessions. A token is random and means nothing by itself, so that revoking works at
// once; Redis holds only its hash, so that a leaked dump opens no session.
type tokens struct {
	client *redis.Client
	ttl    time.Duration
}

func (t *tokens) issue(ctx context.Context, subject string) (token string, expires time.Time, err error) {
	token = rand.Text()
	expires = time.Now().Add(t.ttl)
	return token, expires, t.client.Set(ctx, tokenKey(token), subject, t.ttl).Err()
}

func (t *tokens) verify(ctx context.Context, token string) (subject string, left time.Duration, err error) {
	var get *redis.StringCmd
	var ttl *redis.DurationCmd
	_, err = t.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		get, ttl = p.Get(ctx, tokenKey(token)), p.PTTL(ctx, tokenKey(token))
		return nil
	})
	if errors.Is(err, redis.Nil) {
		return "", 0, errUnknownToken
	}
	if err != nil {
		return "", 0, err
	}
	return get.Val(), ttl.Val(), nil
}

func (t *tokens) revoke(ctx context.Context, token string) error {
	return t.client.Del(ctx, tokenKey(token)).Err()
}

func tokenKey(token string) string {
	hash := sha256.Sum256([]byte(token))
	return "token:" + hex.EncodeToString(hash[:])
}
