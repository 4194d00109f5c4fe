// Package service is what the three services share: configuration, logs, health, metrics and shutdown.
package service

import (
	"errors"
	"fmt"
	"time"
)

// Env reads the configuration from environment variables and collects what is wrong with it,
// so that a misconfigured service says everything at once.
type Env struct {
	get      func(string) string
	problems []error
}

// NewEnv reads variables with get, which is os.Getenv outside of tests.
func NewEnv(get func(string) string) *Env { return &Env{get: get} }

// String returns the variable, or fallback where it is unset.
func (e *Env) String(name, fallback string) string {
	if value := e.get(name); value != "" {
		return value
	}
	return fallback
}

// Required returns the variable, and notes a problem where it is unset.
func (e *Env) Required(name string) string {
	value := e.get(name)
	if value == "" {
		e.problems = append(e.problems, fmt.Errorf("%s is not set", name))
	}
	return value
}

// Duration returns the variable as a positive duration such as "30s".
func (e *Env) Duration(name string, fallback time.Duration) time.Duration {
	value := e.get(name)
	if value == "" {
		return fallback
	}
	parsed, err := time.ParseDuration(value)
	if err != nil || parsed <= 0 {
		e.problems = append(e.problems, fmt.Errorf("%s: %q is not a positive duration", name, value))
	}
	return parsed
}

// Note records a problem that a caller found in a variable.
func (e *Env) Note(err error) {
	if err != nil {
		e.problems = append(e.problems, err)
	}
}

// Err returns all problems met so far.
func (e *Env) Err() error { return errors.Join(e.problems...) }
