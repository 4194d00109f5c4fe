package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

const adaJSON = `{"email":"Ada@Example.com ","name":"Ada","password":"correct horse"}`

// send asks the API, checks the status, and returns the answer.
func send(t *testing.T, handler http.Handler, method, path, body string, want int) map[string]any {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, path, strings.NewReader(body)))
	if recorder.Code != want {
		t.Fatalf("%s %s: got %d %s, want %d", method, path, recorder.Code, recorder.Body, want)
	}
	var answer map[string]any
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer
}

func newAPI(s store) http.Handler { return (&api{store: s, passwordCost: bcrypt.MinCost}).routes() }

func TestMenu(t *testing.T) {
	answer := send(t, newAPI(&memory{}), "GET", "/v1/menu", "", 200)
	if drinks, _ := answer["drinks"].([]any); len(drinks) != len(menu) {
		t.Errorf("got %v, want %d drinks", answer, len(menu))
	}
}

func TestCustomerJourney(t *testing.T) {
	handler := newAPI(&memory{})
	account := send(t, handler, "POST", "/v1/accounts", adaJSON, 201)
	if account["email"] != "ada@example.com" || account["name"] != "Ada" {
		t.Errorf("got %v", account)
	}
	for key := range account {
		if strings.Contains(strings.ToLower(key), "password") {
			t.Errorf("the answer shows %s", key)
		}
	}
	id, _ := account["id"].(string)
	send(t, handler, "GET", "/v1/accounts/"+id, "", 200)
	again := send(t, handler, "POST", "/v1/accounts/authenticate", `{"email":"ADA@example.com","password":"correct horse"}`, 200)
	if again["id"] != id {
		t.Errorf("authenticate returned %v, want account %s", again, id)
	}
	order := send(t, handler, "POST", "/v1/accounts/"+id+"/orders",
		`{"items":[{"drink":"latte","size":"large","quantity":2}]}`, 201)
	if order["total_cents"] != float64(940) {
		t.Errorf("total_cents = %v, want 940", order["total_cents"])
	}
	list := send(t, handler, "GET", "/v1/accounts/"+id+"/orders", "", 200)
	if orders, _ := list["orders"].([]any); len(orders) != 1 {
		t.Errorf("got %v, want one order", list)
	}
}

func TestRefusals(t *testing.T) {
	handler := newAPI(&memory{})
	send(t, handler, "POST", "/v1/accounts", adaJSON, 201)
	tests := []struct {
		name, method, path, body string
		code                     int
		want                     string
	}{
		{"broken JSON", "POST", "/v1/accounts", `{`, 400, "JSON"},
		{"no address", "POST", "/v1/accounts", `{"email":"ada","name":"A","password":"correct horse"}`, 422, "email"},
		{"no name", "POST", "/v1/accounts", `{"email":"a@b.c","name":" ","password":"correct horse"}`, 422, "name"},
		{"short password", "POST", "/v1/accounts", `{"email":"a@b.c","name":"A","password":"horse"}`, 422, "password"},
		{"email taken", "POST", "/v1/accounts", adaJSON, 409, "already"},
		{"broken credentials", "POST", "/v1/accounts/authenticate", `[]`, 400, "JSON"},
		{"wrong password", "POST", "/v1/accounts/authenticate", `{"email":"ada@example.com","password":"x"}`, 401, "wrong"},
		{"unknown email", "POST", "/v1/accounts/authenticate", `{"email":"eve@example.com","password":""}`, 401, "wrong"},
		{"unknown account", "GET", "/v1/accounts/9", "", 404, "account"},
		{"broken order", "POST", "/v1/accounts/1/orders", `{"items":1}`, 400, "JSON"},
		{"empty order", "POST", "/v1/accounts/1/orders", `{"items":[]}`, 422, "item"},
		{"order of nobody", "POST", "/v1/accounts/9/orders", `{"items":[{"drink":"latte","size":"small","quantity":1}]}`, 404, "account"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answer := send(t, handler, test.method, test.path, test.body, test.code)
			if message, _ := answer["error"].(string); !strings.Contains(message, test.want) {
				t.Errorf("the error %q does not name %q", message, test.want)
			}
		})
	}
}

func TestStoreOutageTellsNothing(t *testing.T) {
	handler := newAPI(&memory{broken: errors.New("secret host is down")})
	for _, request := range [][3]string{
		{"POST", "/v1/accounts", adaJSON},
		{"POST", "/v1/accounts/authenticate", `{"email":"a@b.c","password":"x"}`},
		{"GET", "/v1/accounts/1", ""},
		{"GET", "/v1/accounts/1/orders", ""},
	} {
		if answer := send(t, handler, request[0], request[1], request[2], 500); answer["error"] != "internal error" {
			t.Errorf("%s: got %v", request[1], answer)
		}
	}
}
