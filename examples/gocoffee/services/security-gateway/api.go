package main

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"example.com/gocoffee/internal/service"
)

type api struct {
	tokens  *tokens
	limiter *limiter
}

func (a *api) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/tokens", service.Handler(a.issue))
	mux.Handle("POST /v1/tokens/verify", service.Handler(a.verify))
	mux.Handle("POST /v1/tokens/revoke", service.Handler(a.revoke))
	mux.Handle("POST /v1/limits/{action}", service.Handler(a.hit))
	return mux
}

type tokenBody struct {
	Token string `json:"token"`
}

type session struct {
	Token     string    `json:"token,omitempty"`
	Subject   string    `json:"subject"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (a *api) issue(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Subject string `json:"subject"`
	}
	if err := service.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if in.Subject == "" {
		return service.NewError(http.StatusUnprocessableEntity, "a token needs a subject")
	}
	token, expires, err := a.tokens.issue(r.Context(), in.Subject)
	if err != nil {
		return err
	}
	return service.WriteJSON(w, http.StatusCreated, session{token, in.Subject, expires})
}

func (a *api) verify(w http.ResponseWriter, r *http.Request) error {
	var in tokenBody
	if err := service.ReadJSON(w, r, &in); err != nil {
		return err
	}
	subject, left, err := a.tokens.verify(r.Context(), in.Token)
	if errors.Is(err, errUnknownToken) {
		return service.NewError(http.StatusUnauthorized, err.Error())
	}
	if err != nil {
		return err
	}
	return service.WriteJSON(w, http.StatusOK, session{Subject: subject, ExpiresAt: time.Now().Add(left)})
}

// revoke answers alike whether the token existed or not: afterwards it does not.
func (a *api) revoke(w http.ResponseWriter, r *http.Request) error {
	var in tokenBody
	if err := service.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if err := a.tokens.revoke(r.Context(), in.Token); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *api) hit(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Key string `json:"key"`
	}
	if err := service.ReadJSON(w, r, &in); err != nil {
		return err
	}
	verdict, err := a.limiter.hit(r.Context(), r.PathValue("action"), in.Key)
	if errors.Is(err, errUnknownAction) {
		return service.NewError(http.StatusNotFound, err.Error())
	}
	if err != nil {
		return err
	}
	if !verdict.allowed {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(verdict.retry.Seconds()))))
		return service.NewError(http.StatusTooManyRequests, "too many attempts, try again later")
	}
	return service.WriteJSON(w, http.StatusOK, map[string]int64{"remaining": verdict.remaining})
}
