// What the load and the stress test share: one customer's way through the API.
import { check } from "k6";
import http from "k6/http";

const base = (__ENV.BASE_URL || "http://localhost:8090").replace(/\/$/, "");
const json = { "Content-Type": "application/json" };

// The platform's promise; both tests hold it.
export const promise = {
  http_req_duration: ["p(95)<200"],
  http_req_failed: ["rate<0.01"],
  checks: ["rate>0.99"],
};

// signUp registers `count` customers, signs them in, and returns their tokens.
export function signUp(count) {
  const tokens = [];
  for (let i = 0; i < count; i++) {
    const email = `load-${Date.now()}-${Math.floor(Math.random() * 1e9)}-${i}@example.com`;
    const password = "correct horse";
    const tags = { tags: { name: "setup" }, headers: json };
    const registered = http.post(`${base}/api/register`, JSON.stringify({ email, name: `Load ${i}`, password }), tags);
    if (registered.status !== 201) {
      throw new Error(`cannot register: ${registered.status} ${registered.body}`);
    }
    const opened = http.post(`${base}/api/login`, JSON.stringify({ email, password }), tags);
    if (opened.status !== 200) {
      throw new Error(`cannot sign in: ${opened.status} ${opened.body}`);
    }
    tokens.push(opened.json("token"));
  }
  return tokens;
}

// browse looks at the page and at the menu.
export function browse() {
  const page = http.get(`${base}/`, { tags: { name: "page" } });
  check(page, { "the page is there": (r) => r.status === 200 && r.body.includes("Go Coffee") });
  const menu = http.get(`${base}/api/menu`, { tags: { name: "menu" } });
  check(menu, {
    "the menu is there": (r) => r.status === 200,
    "the menu has drinks": (r) => r.json("drinks").length > 0,
  });
}

// look asks for the customer's own orders.
export function look(token) {
  const orders = http.get(`${base}/api/orders`, { headers: { Authorization: `Bearer ${token}` }, tags: { name: "orders" } });
  check(orders, { "the orders are there": (r) => r.status === 200 });
}

// order buys one latte.
export function order(token) {
  const body = JSON.stringify({ items: [{ drink: "latte", size: "small", quantity: 1 }] });
  const headers = Object.assign({ Authorization: `Bearer ${token}` }, json);
  const placed = http.post(`${base}/api/orders`, body, { headers, tags: { name: "order" } });
  check(placed, {
    "the order is placed": (r) => r.status === 201,
    "the latte costs 3.60": (r) => r.json("total_cents") === 360,
  });
}
