// A customer at the web page, for the journeys.
const { randomUUID } = require("node:crypto");

const newCustomer = () => ({ name: "Ada", email: `${randomUUID()}@example.com`, password: "correct horse" });

async function register(page, { name, email, password }) {
  await page.goto("/");
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Your email").fill(email);
  await page.getByLabel("New password").fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
}

async function signIn(page, { email, password }) {
  await page.goto("/");
  await page.getByLabel("Email", { exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function order(page, { drink, size, quantity }) {
  await page.getByLabel("Drink").selectOption(drink);
  await page.getByLabel("Size").selectOption(size);
  await page.getByLabel("Quantity").fill(String(quantity));
  await page.getByRole("button", { name: "Place order" }).click();
}

module.exports = { newCustomer, register, signIn, order };
