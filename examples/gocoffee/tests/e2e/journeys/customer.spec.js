const { expect, test } = require("@playwright/test");
const { newCustomer, order, register, signIn } = require("./customer");

test("a new customer registers, orders, and finds the order again", async ({ page }) => {
  const ada = newCustomer();
  await register(page, ada);
  await expect(page.getByText("Hello, Ada!")).toBeVisible();

  await order(page, { drink: "latte", size: "large", quantity: 2 });
  const orders = page.locator("#orders li");
  await expect(orders).toHaveText(["2 × large latte: $9.40"]);
  await order(page, { drink: "espresso", size: "small", quantity: 1 });
  await expect(orders).toHaveText(["1 × small espresso: $2.20", "2 × large latte: $9.40"]);

  await page.reload();
  await expect(orders).toHaveCount(2);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Place order" })).toBeHidden();

  await signIn(page, ada);
  await expect(orders).toHaveCount(2);
});

test("a session ends with signing out, in every tab", async ({ page, context }) => {
  await register(page, newCustomer());
  await expect(page.getByText("Hello, Ada!")).toBeVisible();
  const [session] = await context.cookies();
  expect(session).toMatchObject({ name: "session", httpOnly: true, sameSite: "Strict" });

  const second = await context.newPage();
  await second.goto("/");
  await expect(second.getByText("Hello, Ada!")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await second.reload();
  await expect(second.getByText("Hello, Ada!")).toBeHidden();

  await context.addCookies([session]); // a stolen cookie opens nothing any more
  const answer = await page.request.get("/api/me");
  expect(answer.status()).toBe(401);
});

test("an email cannot be registered twice", async ({ page, context }) => {
  const ada = newCustomer();
  await register(page, ada);
  await expect(page.getByText("Hello, Ada!")).toBeVisible();
  await context.clearCookies();
  await register(page, ada);
  await expect(page.getByRole("alert")).toHaveText("this email has an account already");
});

test("customers do not see each other's orders", async ({ browser }) => {
  const tabs = await Promise.all([browser.newContext(), browser.newContext()]);
  const [ada, eve] = await Promise.all(tabs.map((context) => context.newPage()));
  await register(ada, newCustomer());
  await register(eve, { ...newCustomer(), name: "Eve" });
  await expect(eve.getByText("Hello, Eve!")).toBeVisible();
  await order(ada, { drink: "mocha", size: "medium", quantity: 1 });
  await expect(ada.locator("#orders li")).toHaveCount(1);
  await eve.reload();
  await expect(eve.getByText("Hello, Eve!")).toBeVisible();
  await expect(eve.locator("#orders li")).toHaveCount(0);
});
