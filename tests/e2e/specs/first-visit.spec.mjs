// First visit: an example is already running, without a click and without a word to another site.
import { readdirSync, statSync } from "node:fs";
import { expect, test } from "../fixtures.mjs";
import { figure } from "../app.mjs";

test("a first visit shows a running design", async ({ app, page }) => {
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector("[data-node]")) return;
      window.firstBlockAt = performance.now();
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  await app.open();
  expect(await app.blocks.count()).toBeGreaterThanOrEqual(4);
  await expect(app.run.getByRole("button", { name: "Pause" })).toBeVisible();
  figure("navigation to first block on the canvas, loopback, cold cache [ms]", Math.round(await page.evaluate(() => window.firstBlockAt)));
  // Simulated time goes on: the chart fills by itself.
  await expect(app.chart).toContainText("p99", { timeout: 20_000 });
  await expect(app.chart).not.toContainText("NaN");
  await expect(page.getByText("Headroom").first()).toBeVisible();
});

test("a first visit downloads what the size gate counts, and nothing else", async ({ app, page, watched }) => {
  const dist = new URL("../../../dist/", import.meta.url);
  await app.open();
  await app.blocks.first().waitFor();
  await expect(app.chart).toContainText("p99", { timeout: 20_000 });
  const names = new Set(watched.requests.map((url) => new URL(url).pathname.replace(/^\//, "") || "index.html"));
  let sum = 0;
  for (const name of names) {
    const path = new URL(name, dist);
    const sent = [new URL(`${name}.br`, dist), path].find((one) => statSync(one, { throwIfNoEntry: false })?.isFile());
    expect(sent, `${name} is a file of the page`).toBeTruthy();
    sum += statSync(sent).size;
  }
  figure("first visit, files", [...names].length);
  figure("first visit, brotli [bytes]", sum);
  expect(sum).toBeLessThanOrEqual(Number(process.env.HEADROOM_FIRST_VISIT_LIMIT ?? 300_000));
  expect(readdirSync(dist)).toContain("index.html");
  await page.close();
});
