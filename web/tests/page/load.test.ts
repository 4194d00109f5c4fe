// The page of a load test: as a file, and live while crema runs. tests/e2e/load_web_test.py makes both:
// PAGE is the file, LIVE the address of a test that runs until LOAD_PID is interrupted.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";

const FILE = `file://${process.env.PAGE}`;
const LIVE = process.env.LIVE ?? "";

const said = new WeakMap<Page, string[]>();
test.beforeEach(({ page }) => {
  const words: string[] = [];
  said.set(page, words);
  page.on("console", (message) => words.push(message.text()));
  page.on("pageerror", (error) => words.push(error.message));
  page.on("request", (request) => {
    const own = /^(file|data|blob):/.test(request.url()) || request.url().startsWith(LIVE);
    if (!own) words.push(`asked for ${request.url()}`);
  });
});
test.afterEach(({ page }) => expect(said.get(page)).toEqual([]));

async function open(page: Page): Promise<void> {
  await page.goto(FILE);
  await expect(page.locator(".plot svg").first()).toBeVisible();
}

test("says how it ended, and which threshold is crossed", async ({ page }) => {
  await open(page);
  await expect(page).toHaveTitle(/^Failed/);
  await expect(page.locator(".load-verdict")).toContainText("1 of 2 thresholds is crossed");
  const crossed = page.locator("tr", { hasText: "rate<0.01" });
  await expect(crossed).toContainText("crossed");
  await expect(crossed).toContainText("beyond");
});

test("draws every plot with its units", async ({ page }) => {
  await open(page);
  for (const title of ["Throughput", "Users", "Percentiles", "Latency of requests", "Failures"])
    await expect(page.locator("figcaption", { hasText: title }).first()).toBeVisible();
  await expect(page.locator("figcaption", { hasText: "Failures" })).toContainText("HTTP 503");
  const drawn = await page.locator(".plot canvas").evaluate((canvas: HTMLCanvasElement) =>
    canvas
      .getContext("2d")
      ?.getImageData(0, 0, canvas.width, canvas.height)
      .data.some((value) => value !== 0),
  );
  expect(drawn).toBe(true);
});

test("moves one cross hair through all plots by keys", async ({ page }) => {
  await open(page);
  const reader = page.getByRole("slider", { name: "Time in the plots" });
  await reader.focus();
  await page.keyboard.press("Home");
  await expect(reader).toHaveAttribute("aria-valuenow", "0");
  await page.keyboard.press("ArrowRight");
  await expect(reader).toHaveAttribute("aria-valuenow", "1");
  await expect(reader).toHaveAttribute("aria-valuetext", /requests a second.*p95/);
  const plots = await page.locator(".plot").count();
  await expect(page.locator(".cross")).toHaveCount(plots);
  await expect(page.locator(".legend b").first()).not.toBeEmpty();
  await page.keyboard.press("Escape");
  await expect(page.locator(".cross")).toHaveCount(0);
});

test("finds requests, and sorts them", async ({ page }) => {
  await open(page);
  const table = page.locator(".part", { hasText: "Requests by name" });
  await expect(table.locator("tbody tr").first()).toContainText("menu");
  await table.getByRole("button", { name: "most failures" }).click();
  await expect(table.locator("tbody tr").first()).toContainText("stock");
  await table.getByRole("searchbox").fill("menu");
  await expect(table.locator("tbody tr")).toHaveCount(1);
});

test("takes no text for markup", async ({ page }) => {
  await open(page);
  await expect(page.locator("main")).toContainText("<img src=x onerror=window.owned=1>");
  await expect(page.locator("main img")).toHaveCount(0);
  expect(await page.evaluate(() => "owned" in window)).toBe(false);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`is readable by everybody, ${colorScheme}`, async ({ page }) => {
    // Contrast of every element is computed, which takes its time on a busy machine.
    test.slow();
    await page.emulateMedia({ colorScheme });
    await open(page);
    await page.locator("details.metrics summary").click();
    await expect(page.locator("details.metrics")).toHaveAttribute("open");
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html, nodes.length])).toEqual([]);
  });
}

test("fits a telephone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await open(page);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(over).toBe(0);
});

test("follows a test that runs, until it ends", async ({ page }) => {
  await page.goto(LIVE);
  await expect(page.locator(".load-verdict")).toContainText("Running");
  const reader = page.getByRole("slider", { name: "Time in the plots" });
  const last = async (): Promise<number> => Number(await reader.getAttribute("aria-valuemax"));
  await expect.poll(last, { timeout: 20_000 }).toBeGreaterThan(1);
  const before = await last();
  await expect.poll(last, { timeout: 20_000 }).toBeGreaterThan(before);
  // Who comes back hears of all seconds again.
  await page.reload();
  await expect.poll(last, { timeout: 20_000 }).toBeGreaterThan(before);
  process.kill(Number(process.env.LOAD_PID), "SIGINT");
  await expect(page.locator(".load-verdict")).toContainText("Interrupted", { timeout: 20_000 });
  await expect(page.locator(".load-verdict")).toContainText("exit code 105");
  await expect(page.locator(".plot svg").first()).toBeVisible();
});
