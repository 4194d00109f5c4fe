package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/gocoffee/internal/service"
)

var errUnknownAction = errors.New("there is no limit of this name")

// limit allows count attempts in a window of time.
type limit struct {
	count  int64
	window time.Duration
}

// parseLimit reads "10/1m": ten a minute.
func parseLimit(text string) (limit, error) {
	count, window, _ := strings.Cut(text, "/")
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil || n < 1 {
		return limit{}, fmt.Errorf("%q is not a limit such as 10/1m", text)
	}
	d, err := time.ParseDuration(window)
	if err != nil || d < time.Millisecond {
		return limit{}, fmt.Errorf("%q is not a limit such as 10/1m", text)
	}
	return limit{n, d}, nil
}

func readLimit(env *service.Env, name, fallback string) limit {
	parsed, err := parseLimit(env.String(name, fallback))
	if err != nil {
		env.Note(fmt.Errorf("%s: %w", name, err))
	}
	return parsed
}

type limiter struct {
	client *redis.Client
	limits map[string]limit
}

type verdict struct {
	allowed   bool
	remaining int64
	retry     time.Duration
}

// hit counts one attempt in the current fixed window. The first attempt opens the window: SET NX
// and INCR travel in one transaction, so that no counter is ever left without its expiry.
func (l *limiter) hit(ctx context.Context, action, key string) (verdict, error) {
	limit, ok := l.limits[action]
	if !ok {
		return verdict{}, errUnknownAction
	}
	name := "limit:" + action + ":" + key
	var count *redis.IntCmd
	var left *redis.DurationCmd
	_, err := l.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.SetNX(ctx, name, 0, limit.window)
		count, left = p.Incr(ctx, name), p.PTTL(ctx, name)
		return nil
	})
	if err != nil {
		return verdict{}, err
	}
	return verdict{count.Val() <= limit.count, max(0, limit.count-count.Val()), left.Val()}, nil
}
