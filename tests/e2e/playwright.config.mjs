// How the tasks of a person are run. `cargo xtask test` sets the variables; by hand, start `cargo xtask serve` first.
import { defineConfig } from "@playwright/test";

const asRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: "specs",
  testMatch: "**/*.spec.mjs",
  outputDir: "test-results",
  // One at a time: some specs measure speed.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    baseURL: process.env.HEADROOM_URL ?? "http://127.0.0.1:8080/",
    browserName: "chromium",
    viewport: { width: 1440, height: 900 },
    // A button that is not there is said at once, not at the end of the test's time.
    actionTimeout: 15_000,
    permissions: ["clipboard-read", "clipboard-write"],
    // Pages that a service worker answers would be out of the tests' hands; one spec allows it.
    serviceWorkers: "block",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.HEADROOM_CHROMIUM || undefined,
      args: [
        "--disable-background-networking",
        "--no-first-run",
        "--no-default-browser-check",
        ...(asRoot ? ["--no-sandbox"] : []),
      ],
    },
  },
});
