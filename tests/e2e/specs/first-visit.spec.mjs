// First visit: an example is already running, without a click and without a word to another site.
import { readdirSync, statSync } from "node:fs";
import { expect, test } from "../fixtures.mjs";
import { figure } from "../app.mjs";

test("a first visit shows a running design", async ({ app, page }) => {
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector("[data-node]")) return;
      window.firstBlockAt ??= performance.now();
      if (document.querySelector(".page").inert) return;
      window.usableAt = performance.now();
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true, attributeFilter: ["inert"] });
  });
  await app.open();
  expect(await app.blocks.count()).toBeGreaterThanOrEqual(4);
  await expect(app.run.getByRole("button", { name: "Pause" })).toBeVisible();
  const firstBlockAt = Math.round(await page.evaluate(() => window.firstBlockAt));
  figure("navigation to first block on the canvas, loopback, cold cache [ms]", firstBlockAt);
  figure("navigation to a page that can be used, loopback, cold cache [ms]", Math.round(await page.evaluate(() => window.usableAt)));
  // Simulated time goes on: the chart fills by itself.
  await expect(app.chart).toContainText("p99", { timeout: 20_000 });
  await expect(app.chart).not.toContainText("NaN");
  await expect(page.getByText("Headroom").first()).toBeVisible();
});

test("the first screen downloads what the size gate counts, and waits for nothing else", async ({ app, page }) => {
  const dist = new URL("../../../dist/", import.meta.url);
  test.skip(!readdirSync(dist).some((name) => name.endsWith("_rest.wasm")), "a quick build is in one part");
  const early = [];
  page.on("console", (message) => message.text().includes("was needed before it came") && early.push(message.text()));
  await page.addInitScript(() => {
    addEventListener("headroom-first-screen", () => {
      // The rest is on its way by now, and nothing has waited for it: the test below holds it back.
      window.loaded = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => !name.endsWith("_rest.wasm"));
      window.firstScreenAt = performance.now();
      window.blocksThen = document.querySelectorAll("[data-node]").length;
    }, { capture: true });
  });
  await app.open();
  figure("navigation to the whole first screen, loopback, cold cache [ms]", Math.round(await page.evaluate(() => window.firstScreenAt)));
  const names = new Set(["index.html", ...(await page.evaluate(() => window.loaded)).map((url) => new URL(url).pathname.slice(1))]);
  let sum = 0;
  for (const name of names) {
    const path = new URL(name, dist);
    const sent = [new URL(`${name}.br`, dist), path].find((one) => statSync(one, { throwIfNoEntry: false })?.isFile());
    expect(sent, `${name} is a file of the page`).toBeTruthy();
    sum += statSync(sent).size;
  }
  figure("first screen, files", [...names].length);
  figure("first screen, brotli [bytes]", sum);
  expect(await page.evaluate(() => window.blocksThen)).toBeGreaterThanOrEqual(4);
  expect([...names].filter((name) => name.endsWith(".wasm"))).toHaveLength(1);
  expect(sum).toBeLessThanOrEqual(Number(process.env.HEADROOM_FIRST_VISIT_LIMIT ?? 300_000));
  expect(early, "cargo xtask first writes anew what the first screen needs").toEqual([]);
});

test("the page works when the rest of the program comes late, and says so when it never comes", async ({ app, page, watched }) => {
  test.skip(!readdirSync(new URL("../../../dist/", import.meta.url)).some((name) => name.endsWith("_rest.wasm")), "a quick build is in one part");
  watched.expected = [/_rest\.wasm|Failed to load resource/];
  let letThrough;
  const held = new Promise((resolve) => (letThrough = resolve));
  await page.route("**/*_rest.wasm", async (route) => { await held; await route.continue(); });
  await page.goto("./");
  await app.blocks.first().waitFor();
  // It can be seen, and says that it is not ready.
  await expect(page.locator(".page")).toHaveAttribute("aria-busy", "true");
  await page.keyboard.press("Delete");
  await page.mouse.click(700, 400);
  letThrough();
  await app.ready();
  await expect(app.chart).toContainText("p99", { timeout: 20_000 });
  await page.unroute("**/*_rest.wasm");
  await page.route("**/*_rest.wasm", (route) => route.abort());
  await page.reload();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("has not arrived");
  await page.unroute("**/*_rest.wasm");
  await dialog.getByRole("button", { name: "Reload" }).click();
  await app.ready();
  await expect(dialog).toHaveCount(0);
});
