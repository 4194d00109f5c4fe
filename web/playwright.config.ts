// The page in the system's Chromium, opened from disk as its readers do. REPORT is the file.
import { defineConfig } from "@playwright/test";

const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

export default defineConfig({
  testDir: "tests/page",
  outputDir: "test-results",
  reporter: "list",
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  forbidOnly: true,
  use: {
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: sandbox },
    viewport: { width: 1280, height: 900 },
  },
});
