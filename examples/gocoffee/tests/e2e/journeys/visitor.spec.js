const { expect, test } = require("@playwright/test");
const { newCustomer, signIn } = require("./customer");

test("a visitor reads the menu and cannot order", async ({ page }) => {
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto("/");
  await expect(page).toHaveTitle("Go Coffee");
  await expect(page.getByRole("row", { name: "latte $3.60 $4.20 $4.70" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Place order" })).toBeHidden();
  expect(problems).toEqual([]);
});

test("a stranger is told that the email or the password is wrong", async ({ page }) => {
  await signIn(page, newCustomer());
  await expect(page.getByRole("alert")).toHaveText("the email or the password is wrong");
  await expect(page.getByText("Hello")).toBeHidden();
});
