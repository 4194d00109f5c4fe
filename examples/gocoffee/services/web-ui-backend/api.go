package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/gocoffee/internal/service"
)

const cookieName = "session"

var errSignedOut = service.NewError(http.StatusUnauthorized, "sign in first")

type api struct {
	users, security *upstream
	secureCookie    bool
}

func (a *api) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /api/menu", service.Handler(a.menu))
	mux.Handle("POST /api/register", service.Handler(a.register))
	mux.Handle("POST /api/login", service.Handler(a.login))
	mux.Handle("POST /api/logout", service.Handler(a.logout))
	mux.Handle("GET /api/me", a.signedIn(a.me))
	mux.Handle("GET /api/orders", a.signedIn(a.orders))
	mux.Handle("POST /api/orders", a.signedIn(a.placeOrder))
	return mux
}

type account struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
}

type session struct {
	Token     string    `json:"token"`
	Subject   string    `json:"subject"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (a *api) menu(w http.ResponseWriter, r *http.Request) error {
	return a.forward(r.Context(), w, http.StatusOK, http.MethodGet, "/v1/menu", nil)
}

func (a *api) register(w http.ResponseWriter, r *http.Request) error {
	var in json.RawMessage
	if err := service.ReadJSON(w, r, &in); err != nil {
		return err
	}
	return a.forward(r.Context(), w, http.StatusCreated, http.MethodPost, "/v1/accounts", in)
}

func (a *api) login(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if err := service.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if err := a.limit(r.Context(), "login", strings.ToLower(in.Email)); err != nil {
		return err
	}
	var user account
	if err := a.users.call(r.Context(), http.MethodPost, "/v1/accounts/authenticate", in, &user); err != nil {
		return err
	}
	var opened session
	err := a.security.call(r.Context(), http.MethodPost, "/v1/tokens", map[string]string{"subject": user.ID}, &opened)
	if err != nil {
		return err
	}
	http.SetCookie(w, a.cookie(opened.Token, opened.ExpiresAt))
	return service.WriteJSON(w, http.StatusOK, map[string]any{
		"account": user, "token": opened.Token, "expires_at": opened.ExpiresAt,
	})
}

func (a *api) logout(w http.ResponseWriter, r *http.Request) error {
	body := map[string]string{"token": tokenOf(r)}
	if err := a.security.call(r.Context(), http.MethodPost, "/v1/tokens/revoke", body, nil); err != nil {
		return err
	}
	http.SetCookie(w, a.cookie("", time.Unix(1, 0)))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *api) me(w http.ResponseWriter, r *http.Request, subject string) error {
	return a.forward(r.Context(), w, http.StatusOK, http.MethodGet, "/v1/accounts/"+url.PathEscape(subject), nil)
}

func (a *api) orders(w http.ResponseWriter, r *http.Request, subject string) error {
	return a.forward(r.Context(), w, http.StatusOK, http.MethodGet, ordersPath(subject), nil)
}

func (a *api) placeOrder(w http.ResponseWriter, r *http.Request, subject string) error {
	var in json.RawMessage
	if err := service.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if err := a.limit(r.Context(), "order", subject); err != nil {
		return err
	}
	return a.forward(r.Context(), w, http.StatusCreated, http.MethodPost, ordersPath(subject), in)
}

// signedIn runs next for the account whose valid token the request carries.
func (a *api) signedIn(next func(w http.ResponseWriter, r *http.Request, subject string) error) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token := tokenOf(r)
		if token == "" {
			return errSignedOut
		}
		var opened session
		err := a.security.call(r.Context(), http.MethodPost, "/v1/tokens/verify", map[string]string{"token": token}, &opened)
		var refusal *service.Error
		if errors.As(err, &refusal) && refusal.Status == http.StatusUnauthorized {
			return errSignedOut
		}
		if err != nil {
			return err
		}
		return next(w, r, opened.Subject)
	}
}

func (a *api) limit(ctx context.Context, action, key string) error {
	return a.security.call(ctx, http.MethodPost, "/v1/limits/"+action, map[string]string{"key": key}, nil)
}

// forward answers with what the user-gateway answers.
func (a *api) forward(ctx context.Context, w http.ResponseWriter, status int, method, path string, in any) error {
	var out json.RawMessage
	if err := a.users.call(ctx, method, path, in, &out); err != nil {
		return err
	}
	return service.WriteJSON(w, status, out)
}

func (a *api) cookie(value string, expires time.Time) *http.Cookie {
	return &http.Cookie{
		Name: cookieName, Value: value, Path: "/", Expires: expires,
		HttpOnly: true, Secure: a.secureCookie, SameSite: http.SameSiteStrictMode,
	}
}

// tokenOf reads the token of an API client, or the cookie of a browser.
func tokenOf(r *http.Request) string {
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		cookie = &http.Cookie{}
	}
	return cmp.Or(bearer, cookie.Value)
}

func ordersPath(subject string) string { return "/v1/accounts/" + url.PathEscape(subject) + "/orders" }
