"use strict";

const $ = (selector) => document.querySelector(selector);
const money = (cents) => `$${(cents / 100).toFixed(2)}`;

async function api(method, path, body) {
  const response = await fetch(`/api/${path}`, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (!response.ok) throw Object.assign(new Error(answer?.error ?? response.statusText), { status: response.status });
  return answer;
}

function element(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

async function showMenu() {
  const { drinks } = await api("GET", "menu");
  for (const { name, prices_cents: prices } of drinks) {
    const row = document.createElement("tr");
    row.append(element("td", name), ...["small", "medium", "large"].map((size) => element("td", money(prices[size]))));
    $("#menu tbody").append(row);
    $("#order [name=drink]").append(element("option", name));
  }
}

async function showOrders() {
  const { orders } = await api("GET", "orders");
  $("#orders").replaceChildren(...(orders ?? []).map((order) => {
    const lines = order.items.map((item) => `${item.quantity} × ${item.size} ${item.drink}`);
    return element("li", `${lines.join(", ")}: ${money(order.total_cents)}`);
  }));
}

async function showAccount() {
  const account = await api("GET", "me").catch((error) => {
    if (error.status === 401) return null;
    throw error;
  });
  $("#who").hidden = $("#counter").hidden = !account;
  $("#entrance").hidden = Boolean(account);
  if (account) {
    $("#name").textContent = account.name;
    await showOrders();
  }
}

// on runs an action for an event and shows why it failed, if it did.
function on(selector, event, action) {
  $(selector).addEventListener(event, async (happened) => {
    happened.preventDefault();
    $("#message").textContent = "";
    try {
      await action(happened.target);
    } catch (error) {
      $("#message").textContent = error.message;
    }
  });
}

const fields = (form) => Object.fromEntries(new FormData(form));

on("#register", "submit", async (form) => {
  const { name, email, password } = fields(form);
  await api("POST", "register", { name, email, password });
  await api("POST", "login", { email, password });
  form.reset();
  await showAccount();
});

on("#login", "submit", async (form) => {
  await api("POST", "login", fields(form));
  form.reset();
  await showAccount();
});

on("#logout", "click", async () => {
  await api("POST", "logout");
  await showAccount();
});

on("#order", "submit", async (form) => {
  const { drink, size, quantity } = fields(form);
  await api("POST", "orders", { items: [{ drink, size, quantity: Number(quantity) }] });
  await showOrders();
});

Promise.all([showMenu(), showAccount()]).catch((error) => {
  $("#message").textContent = error.message;
});
