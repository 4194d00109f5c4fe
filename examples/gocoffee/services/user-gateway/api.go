package main

import (
	"context"
	"errors"
	"net/http"
	"net/mail"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"

	"example.com/gocoffee/internal/service"
)

// Account is a customer.
type Account struct {
	ID           string `json:"id"`
	Email        string `json:"email"`
	Name         string `json:"name"`
	PasswordHash string `json:"-"`
}

// Order is what a customer bought.
type Order struct {
	ID         string    `json:"id"`
	AccountID  string    `json:"account_id"`
	Items      []Item    `json:"items"`
	TotalCents int       `json:"total_cents"`
	CreatedAt  time.Time `json:"created_at"`
}

var (
	errNotFound   = errors.New("not found")
	errEmailTaken = errors.New("this email has an account already")
)

// store keeps accounts and orders. createAccount and createOrder fill in the id (and the time).
type store interface {
	createAccount(ctx context.Context, account *Account) error
	accountByID(ctx context.Context, id string) (Account, error)
	accountByEmail(ctx context.Context, email string) (Account, error)
	createOrder(ctx context.Context, order *Order) error
	ordersOf(ctx context.Context, accountID string) ([]Order, error)
}

type api struct {
	store        store
	passwordCost int
}

func (a *api) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /v1/menu", service.Handler(a.showMenu))
	mux.Handle("POST /v1/accounts", service.Handler(a.register))
	mux.Handle("POST /v1/accounts/authenticate", service.Handler(a.authenticate))
	mux.Handle("GET /v1/accounts/{id}", service.Handler(a.showAccount))
	mux.Handle("POST /v1/accounts/{id}/orders", service.Handler(a.placeOrder))
	mux.Handle("GET /v1/accounts/{id}/orders", service.Handler(a.listOrders))
	return mux
}

func (a *api) showMenu(w http.ResponseWriter, _ *http.Request) error {
	return service.WriteJSON(w, http.StatusOK, map[string]any{"drinks": menu})
}

type registration struct {
	Email    string `json:"email"`
	Name     string `json:"name"`
	Password string `json:"password"`
}

func (a *api) register(w http.ResponseWriter, r *http.Request) error {
	var in registration
	if err := service.ReadJSON(w, r, &in); err != nil {
		return err
	}
	in.Email, in.Name = normalEmail(in.Email), strings.TrimSpace(in.Name)
	if parsed, err := mail.ParseAddress(in.Email); err != nil || parsed.Address != in.Email {
		return service.NewError(http.StatusUnprocessableEntity, "the email is not an address")
	}
	if in.Name == "" || len(in.Name) > 100 {
		return service.NewError(http.StatusUnprocessableEntity, "the name must have 1 to 100 bytes")
	}
	if len(in.Password) < 10 || len(in.Password) > 72 { // bcrypt reads no more than 72
		return service.NewError(http.StatusUnprocessableEntity, "the password must have 10 to 72 bytes")
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(in.Password), a.passwordCost)
	if err != nil {
		return err
	}
	account := Account{Email: in.Email, Name: in.Name, PasswordHash: string(hash)}
	if err := a.store.createAccount(r.Context(), &account); err != nil {
		return visible(err)
	}
	return service.WriteJSON(w, http.StatusCreated, account)
}

type credentials struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

func (a *api) authenticate(w http.ResponseWriter, r *http.Request) error {
	var in credentials
	if err := service.ReadJSON(w, r, &in); err != nil {
		return err
	}
	account, err := a.store.accountByEmail(r.Context(), normalEmail(in.Email))
	if err != nil && !errors.Is(err, errNotFound) {
		return err
	}
	// An unknown email is compared with an empty hash, and answers as a wrong password does.
	if bcrypt.CompareHashAndPassword([]byte(account.PasswordHash), []byte(in.Password)) != nil {
		return service.NewError(http.StatusUnauthorized, "the email or the password is wrong")
	}
	return service.WriteJSON(w, http.StatusOK, account)
}

func (a *api) showAccount(w http.ResponseWriter, r *http.Request) error {
	account, err := a.store.accountByID(r.Context(), r.PathValue("id"))
	if err != nil {
		return visible(err)
	}
	return service.WriteJSON(w, http.StatusOK, account)
}

type newOrder struct {
	Items []Item `json:"items"`
}

func (a *api) placeOrder(w http.ResponseWriter, r *http.Request) error {
	var in newOrder
	if err := service.ReadJSON(w, r, &in); err != nil {
		return err
	}
	total, err := price(in.Items)
	if err != nil {
		return service.NewError(http.StatusUnprocessableEntity, err.Error())
	}
	order := Order{AccountID: r.PathValue("id"), Items: in.Items, TotalCents: total}
	if err := a.store.createOrder(r.Context(), &order); err != nil {
		return visible(err)
	}
	return service.WriteJSON(w, http.StatusCreated, order)
}

func (a *api) listOrders(w http.ResponseWriter, r *http.Request) error {
	orders, err := a.store.ordersOf(r.Context(), r.PathValue("id"))
	if err != nil {
		return visible(err)
	}
	return service.WriteJSON(w, http.StatusOK, map[string]any{"orders": orders})
}

func normalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func visible(err error) error {
	switch {
	case errors.Is(err, errNotFound):
		return service.NewError(http.StatusNotFound, "there is no such account")
	case errors.Is(err, errEmailTaken):
		return service.NewError(http.StatusConflict, errEmailTaken.Error())
	}
	return err
}
