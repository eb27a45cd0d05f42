// Charts of the run: a cursor for all plots, lines to switch off, the whole run, how latency spreads, a slow request.
import { expect, test } from "../fixtures.mjs";

test("read a moment of the run by keys, switch a line off, see it large", async ({ app, page }) => {
  await app.open();
  await app.play();
  const series = page.getByRole("region", { name: "Time series" });
  const cursor = series.getByRole("slider", { name: "Moment of the run" });
  await expect(cursor).toBeAttached({ timeout: 15_000 });
  await expect.poll(async () => Number(await cursor.getAttribute("aria-valuemax")), { timeout: 20_000 }).toBeGreaterThan(4);
  await cursor.focus();
  await page.keyboard.press("Home");
  await expect(cursor).toHaveAttribute("aria-valuetext", /^1 s: sent [\d,.k ]+\/s, ok .*\/s, failed .*, p50 .*ms, p95 .*, p99 /);
  await page.keyboard.press("ArrowRight");
  await expect(cursor).toHaveAttribute("aria-valuetext", /^2 s: /);
  await expect(series.locator(".tip")).toContainText("2 s");
  const sent = series.getByRole("button", { name: /^sent/ });
  await sent.click();
  await expect(sent).toHaveAttribute("aria-pressed", "false");
  await cursor.focus();
  await expect(cursor).toHaveAttribute("aria-valuetext", /^\d+ s: ok /);
  await series.getByRole("button", { name: "Open the charts large" }).click();
  const large = page.getByRole("dialog", { name: "The run in time" });
  await large.getByRole("button", { name: "Whole run" }).click();
  await expect(large.getByRole("slider")).toHaveAttribute("aria-valuemin", "1");
});

test("how latency spreads lies beside theory, and a slow request is told call by call", async ({ app, page }) => {
  await app.openDesign({
    headroom: 1,
    nodes: [
      { id: 1, block: "client", at: [0, 100], rate: 600, reads: 1 },
      { id: 2, block: "app-server", at: [300, 100], name: "Web", service_ms: 1, cores: 1 },
    ],
    links: [[1, 2]],
  });
  await app.play();
  await page.getByRole("tab", { name: "Latency" }).click();
  const percentiles = page.getByRole("table", { name: "Percentiles" });
  await expect(percentiles.getByRole("columnheader", { name: "theory, exact" })).toBeVisible({ timeout: 15_000 });
  const median = percentiles.getByRole("row", { name: /^p50/ }).getByRole("cell");
  await expect(median.nth(1)).toHaveText(/ms$/);
  const [run, theory] = (await median.allTextContents()).map(Number.parseFloat);
  expect(Math.abs(run / theory - 1)).toBeLessThan(0.5);
  // Of the only block too; while it is dead no formula speaks of it, and the kill is marked on the axis of time.
  await app.select("Web");
  await expect(page.getByText("Time to reply of Web")).toBeVisible();
  await expect(percentiles.getByRole("columnheader", { name: "theory, exact" })).toBeVisible({ timeout: 15_000 });
  await app.inspector.getByRole("button", { name: "Kill it" }).click();
  await expect(percentiles.getByRole("columnheader", { name: /theory/ })).toHaveCount(0, { timeout: 15_000 });
  await page.getByRole("tab", { name: "Time series" }).click();
  await expect(page.locator(".faults-of-run")).toContainText("Web is killed");
  await app.inspector.getByRole("button", { name: "Revive it" }).click();
  const cursor = page.getByRole("slider", { name: "Moment of the run" });
  await cursor.focus();
  await page.keyboard.press("End");
  await expect(cursor).toHaveAttribute("aria-valuetext", /Web is killed$/);
  await expect(async () => {
    await page.keyboard.press("End");
    await expect(cursor).not.toHaveAttribute("aria-valuetext", /killed/, { timeout: 100 });
  }).toPass({ timeout: 15_000 });

  await page.getByRole("tab", { name: "Slow request" }).click();
  const slow = page.getByRole("region", { name: "Slow request" });
  await expect(slow).toContainText(/the slowest of .* requests/, { timeout: 15_000 });
  const calls = slow.getByRole("table", { name: "The calls of the request" });
  await expect(calls.getByRole("row", { name: /^Web .*queue .*service/ })).toBeVisible();
  await slow.getByRole("button", { name: "Open the request large" }).click();
  const large = page.getByRole("dialog", { name: "A slow request" });
  await expect(large.getByRole("columnheader", { name: "service" })).toBeVisible();
  await expect(large.getByRole("row", { name: /^Web 500 µs ([\d.]+ .?s ){2}– [\d.]+ .?s$/ })).toBeVisible();
  await large.getByRole("button", { name: "Web" }).click();
  await expect(large).toHaveCount(0);
  await expect(app.inspector.getByLabel("Name of the block")).toHaveValue("Web");
});
