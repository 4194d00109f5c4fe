package main

import (
	"strings"
	"testing"
)

func TestPrice(t *testing.T) {
	tests := []struct {
		name  string
		items []Item
		want  int
	}{
		{"one small espresso", []Item{{Drink: "espresso", Size: Small, Quantity: 1}}, 220},
		{"a medium latte costs 60 more than a small one", []Item{{Drink: "latte", Size: Medium, Quantity: 1}}, 420},
		{"a large mocha costs 110 more than a small one", []Item{{Drink: "mocha", Size: Large, Quantity: 1}}, 520},
		{"quantities multiply, items add up", []Item{
			{Drink: "cappuccino", Size: Small, Quantity: 3},
			{Drink: "americano", Size: Large, Quantity: 2},
		}, 3*340 + 2*370},
		{"the client does not set the price", []Item{{Drink: "latte", Size: Small, Quantity: 1, PriceCents: 1}}, 360},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := price(test.items)
			if err != nil {
				t.Fatalf("price: %v", err)
			}
			if got != test.want {
				t.Errorf("price = %d cents, want %d", got, test.want)
			}
		})
	}
}

func TestPriceRefuses(t *testing.T) {
	tests := []struct {
		name  string
		items []Item
		want  string
	}{
		{"nothing", nil, "at least one item"},
		{"an unknown drink", []Item{{Drink: "tea", Size: Small, Quantity: 1}}, `"tea" is not on the menu`},
		{"an unknown size", []Item{{Drink: "latte", Size: "huge", Quantity: 1}}, `latte does not come in size "huge"`},
		{"none of a drink", []Item{{Drink: "latte", Size: Small, Quantity: 0}}, "1 to 20"},
		{"too many of a drink", []Item{{Drink: "latte", Size: Small, Quantity: 21}}, "1 to 20"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := price(test.items)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}
