// The journeys run against a platform that is up already, at BASE_URL. Debian's Chromium is taken where
// it is installed, Playwright's own otherwise.
const { existsSync } = require("node:fs");
const { defineConfig, devices } = require("@playwright/test");

const chromium = "/usr/bin/chromium";

module.exports = defineConfig({
  testDir: "./journeys",
  timeout: 30_000,
  expect: { timeout: 5_000 },
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  reporter: [["list"], ["junit", { outputFile: "test-results/junit.xml" }]],
  use: {
    baseURL: process.env.BASE_URL || "http://localhost:8090",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: existsSync(chromium) ? chromium : undefined,
      args: ["--no-sandbox"],
    },
  },
  projects: [{ name: "chromium", use: { ...devices["Desktop Chrome"] } }],
});
