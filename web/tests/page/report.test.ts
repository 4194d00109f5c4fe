// A report of a run that went wrong in every way, as its reader sees it. tests/e2e/report_test.py
// makes the run and says here what must be found.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";

const ADDRESS = `file://${process.env.REPORT}`;
const VIEWS = ["overview", "pipeline", "tests", "coverage", "findings", "load", "gate", "logs"];
const LINES = Number(process.env.LINES);

async function open(page: Page, view = ""): Promise<void> {
  await page.goto(view ? `${ADDRESS}#${view}` : ADDRESS);
  await expect(page.locator("h1").first()).toBeVisible();
}

// What the page says to the browser's console, and whom it asks for anything.
const said = new WeakMap<Page, string[]>();
test.beforeEach(({ page }) => {
  const words: string[] = [];
  said.set(page, words);
  page.on("console", (message) => words.push(message.text()));
  page.on("pageerror", (error) => words.push(error.message));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) words.push(`asked for ${request.url()}`);
  });
});
test.afterEach(({ page }) => expect(said.get(page)).toEqual([]));

test("says what failed and leads there", async ({ page }) => {
  await open(page);
  await expect(page.locator("h1")).toContainText("Failed");
  const places = page.locator(".attention > li");
  await expect(places.filter({ hasText: "TestPrices/cortado" })).toContainText("menu_test.go");
  await places.filter({ hasText: "TestPrices/cortado" }).locator("a").click();
  await expect(page.locator("h1")).toHaveText("Tests");
  await expect(page.locator(".asked").first()).toContainText("300 cents, want 350");
});

test("shows every view at its address", async ({ page }) => {
  for (const view of VIEWS) {
    await open(page, view);
    const link = page.locator("nav a[aria-current=page]");
    await expect(link).toHaveAttribute("href", `#${view}`);
  }
});

test("takes no text for markup", async ({ page }) => {
  for (const view of VIEWS) {
    await open(page, view);
    for (const closed of await page.locator("main details:not([open]) > summary").all())
      if (await closed.isVisible()) await closed.click();
    expect(await page.evaluate(() => "owned" in window)).toBe(false);
    await expect(page.locator("main img[src='x']")).toHaveCount(0);
  }
  await open(page, "tests");
  await expect(page.locator("main")).toContainText("</script><img src=x onerror=window.owned=1>");
});

test("has what a test left to look at, and how it went lately", async ({ page }) => {
  await open(page, "tests");
  const broken = page.locator("ul.tests > li").filter({ hasText: "a guest orders" }).first();
  const details = broken.locator("details").first();
  await expect(details).toBeVisible();
  if (!(await details.evaluate((box: HTMLDetailsElement) => box.open)))
    await details.locator("summary").first().click();
  const picture = broken.locator("img");
  await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(8);
  await expect(broken).toContainText("npx playwright show-trace");
  const cortado = page.locator("ul.tests > li").filter({ hasText: "TestPrices/cortado" }).first();
  await expect(cortado.locator(".dots")).toHaveAttribute(
    "aria-label",
    /run 1 passed, run 2 failed/,
  );
});

test("finds tests by name and by outcome", async ({ page }) => {
  await open(page, "tests");
  await page.getByRole("button", { name: /^skipped/ }).click();
  await expect(page.locator("ul.tests > li")).toHaveCount(1);
  await page.getByRole("button", { name: /^all/ }).click();
  await page.keyboard.press("/");
  await page.keyboard.type("espresso");
  await expect(page.locator("ul.tests > li")).toHaveCount(1);
});

test("marks the lines that no test ran", async ({ page }) => {
  await open(page, "coverage");
  await expect(page.locator("main")).toContainText("menu");
  await page.locator("[data-search]").fill("menu.go");
  await page.locator("main .file-row", { hasText: "menu.go" }).last().click();
  await expect(page.locator(".source .uncovered .text").first()).toContainText("return");
  await expect(page.locator(".source .covered").first()).toBeVisible();
});

test("names what keeps the gate closed", async ({ page }) => {
  await open(page, "gate");
  await expect(page.locator("h1")).toContainText("closed");
  const coverage = page.locator("tr", { hasText: "coverage of services/menu" }).first();
  await expect(coverage).toContainText("failed");
  await page.locator("tr.details summary").first().click();
  await expect(page.locator("main")).toContainText("Discount");
});

test("searches a million lines at once and draws only what is seen", async ({ page }) => {
  await open(page, "logs");
  await expect(page.locator("main")).toContainText(LINES.toLocaleString("en-US").slice(0, 3));
  const search = page.locator("[data-search]");
  await search.fill("warm up");
  await expect(page.locator("main")).toContainText(/no line|nothing/i, { timeout: 30_000 });
  const from = Date.now();
  await search.fill("the only needle");
  await expect(page.locator("main mark").first()).toHaveText("the only needle");
  const took = Date.now() - from;
  test.info().annotations.push({ type: "search", description: `${took} ms` });
  console.log(`searched ${LINES} lines in ${took} ms`);
  expect(took).toBeLessThan(1500);
  await page.locator("main mark").first().click();
  await expect(page.locator(".asked, [aria-selected=true]").first()).toContainText(
    "the only needle",
  );
  expect(await page.locator("*").count()).toBeLessThan(3000);
});

test("answers to keys", async ({ page }) => {
  await open(page);
  await page.keyboard.press("2");
  await expect(page.locator("h1")).toHaveText("Pipeline");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("1");
  await expect(page.locator("h1")).toContainText("Failed");
  // A view that has just opened takes the focus once itself.
  await expect(async () => {
    await page.keyboard.press("j");
    expect(await page.evaluate(() => document.activeElement?.closest(".rows") !== null)).toBe(true);
  }).toPass();
  await page.keyboard.press("Enter");
  await expect(page.locator("h1")).not.toContainText("Failed");
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`is readable by everybody, ${colorScheme}`, async ({ page }) => {
    // Contrast of every element is computed, which takes its time on a busy machine.
    test.slow();
    await page.emulateMedia({ colorScheme });
    for (const view of VIEWS) {
      await open(page, view);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.map(({ id, nodes }) => [view, id, nodes[0]?.html, nodes.length]);
      expect(found).toEqual([]);
    }
  });
}

test("fits a telephone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  for (const view of VIEWS) {
    await open(page, view);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect([view, over]).toEqual([view, 0]);
  }
});
