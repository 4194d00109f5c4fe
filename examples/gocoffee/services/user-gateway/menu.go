package main

import (
	"errors"
	"fmt"
)

// Size of a drink.
type Size string

// The sizes on the menu.
const (
	Small  Size = "small"
	Medium Size = "medium"
	Large  Size = "large"
)

// Drink is one line of the menu. Money is in cents, everywhere.
type Drink struct {
	Name   string       `json:"name"`
	Prices map[Size]int `json:"prices_cents"`
}

const (
	mediumExtra = 60
	largeExtra  = 110
	maxQuantity = 20
)

var menu = []Drink{
	drink("espresso", 220),
	drink("americano", 260),
	drink("cappuccino", 340),
	drink("latte", 360),
	drink("mocha", 410),
}

func drink(name string, small int) Drink {
	return Drink{Name: name, Prices: map[Size]int{Small: small, Medium: small + mediumExtra, Large: small + largeExtra}}
}

// Item is one line of an order.
type Item struct {
	Drink      string `json:"drink"`
	Size       Size   `json:"size"`
	Quantity   int    `json:"quantity"`
	PriceCents int    `json:"price_cents"` // of one; the menu decides, not the client
}

var errEmptyOrder = errors.New("an order needs at least one item")

// price fills in what each item costs today and returns the total.
func price(items []Item) (int, error) {
	if len(items) == 0 {
		return 0, errEmptyOrder
	}
	total := 0
	for i := range items {
		item := &items[i]
		if item.Quantity < 1 || item.Quantity > maxQuantity {
			return 0, fmt.Errorf("the quantity must be 1 to %d", maxQuantity)
		}
		cents, err := lookUp(item.Drink, item.Size)
		if err != nil {
			return 0, err
		}
		item.PriceCents = cents
		total += cents * item.Quantity
	}
	return total, nil
}

func lookUp(name string, size Size) (int, error) {
	for _, drink := range menu {
		if drink.Name != name {
			continue
		}
		if cents, ok := drink.Prices[size]; ok {
			return cents, nil
		}
		return 0, fmt.Errorf("%s does not come in size %q", name, size)
	}
	return 0, fmt.Errorf("%q is not on the menu", name)
}
