package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// memory is a store for the tests of the API. testStore holds it to what PostgreSQL does.
type memory struct {
	mutex    sync.Mutex
	accounts []Account
	orders   []Order
	broken   error // what every call fails with, if set
}

func (m *memory) createAccount(_ context.Context, account *Account) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if slices.ContainsFunc(m.accounts, func(a Account) bool { return a.Email == account.Email }) {
		return errEmailTaken
	}
	account.ID = strconv.Itoa(len(m.accounts) + 1)
	m.accounts = append(m.accounts, *account)
	return m.broken
}

func (m *memory) find(matches func(Account) bool) (Account, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.broken != nil {
		return Account{}, m.broken
	}
	if i := slices.IndexFunc(m.accounts, matches); i >= 0 {
		return m.accounts[i], nil
	}
	return Account{}, errNotFound
}

func (m *memory) accountByID(_ context.Context, id string) (Account, error) {
	return m.find(func(a Account) bool { return a.ID == id })
}

func (m *memory) accountByEmail(_ context.Context, email string) (Account, error) {
	return m.find(func(a Account) bool { return a.Email == email })
}

func (m *memory) createOrder(ctx context.Context, order *Order) error {
	if _, err := m.accountByID(ctx, order.AccountID); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	order.ID, order.CreatedAt = strconv.Itoa(len(m.orders)+1), time.Now()
	m.orders = append(m.orders, *order)
	return nil
}

func (m *memory) ordersOf(_ context.Context, accountID string) ([]Order, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	orders := []Order{}
	for _, order := range slices.Backward(m.orders) {
		if order.AccountID == accountID {
			orders = append(orders, order)
		}
	}
	return orders, m.broken
}

func TestMemory(t *testing.T) { testStore(t, &memory{}) }

// testStore is what every store must do.
func testStore(t *testing.T, s store) {
	ctx := t.Context()
	ada := Account{Email: "ada@example.com", Name: "Ada", PasswordHash: "hash"}
	if err := s.createAccount(ctx, &ada); err != nil || ada.ID == "" {
		t.Fatalf("createAccount: %v, id %q", err, ada.ID)
	}
	if err := s.createAccount(ctx, &Account{Email: ada.Email, Name: "Eve"}); !errors.Is(err, errEmailTaken) {
		t.Errorf("the same email again: got %v, want errEmailTaken", err)
	}
	for _, find := range []func() (Account, error){
		func() (Account, error) { return s.accountByID(ctx, ada.ID) },
		func() (Account, error) { return s.accountByEmail(ctx, ada.Email) },
	} {
		if got, err := find(); err != nil || got != ada {
			t.Errorf("got %+v, %v, want %+v", got, err, ada)
		}
	}
	for _, id := range []string{"00000000-0000-0000-0000-000000000000", "no-uuid"} {
		if _, err := s.accountByID(ctx, id); !errors.Is(err, errNotFound) {
			t.Errorf("account %s: got %v, want errNotFound", id, err)
		}
		if err := s.createOrder(ctx, &Order{AccountID: id, Items: []Item{}, TotalCents: 1}); !errors.Is(err, errNotFound) {
			t.Errorf("order for account %s: got %v, want errNotFound", id, err)
		}
	}

	items := []Item{{Drink: "latte", Size: Small, Quantity: 2, PriceCents: 360}}
	first := Order{AccountID: ada.ID, Items: items, TotalCents: 720}
	second := Order{AccountID: ada.ID, Items: items, TotalCents: 721}
	for _, order := range []*Order{&first, &second} {
		if err := s.createOrder(ctx, order); err != nil || order.ID == "" || order.CreatedAt.IsZero() {
			t.Fatalf("createOrder: %v, %+v", err, order)
		}
	}
	orders, err := s.ordersOf(ctx, ada.ID)
	if err != nil || len(orders) != 2 {
		t.Fatalf("ordersOf: %v, %d orders, want 2", err, len(orders))
	}
	if orders[0].ID != second.ID || orders[1].ID != first.ID {
		t.Error("the newest order does not come first")
	}
	if !slices.Equal(orders[0].Items, items) || orders[0].TotalCents != 721 {
		t.Errorf("the order changed on its way: %+v", orders[0])
	}
}
