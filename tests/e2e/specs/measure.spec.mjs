// Several runs in parallel workers: figures with intervals, the way back, and a change that makes them void.
import { expect, test } from "../fixtures.mjs";
import { figure } from "../app.mjs";

test("measure in ten runs, and go back to the live run", async ({ app, page }) => {
  test.slow();
  await app.open();
  const workers = [];
  page.on("worker", (worker) => workers.push(worker));
  const began = Date.now();
  await app.inspector.getByRole("button", { name: /^Measure in 10 runs/ }).click();
  await expect(app.inspector.getByRole("progressbar", { name: "Measuring" })).toBeVisible();
  await expect(app.inspector).toContainText(/simulated, 10(\.0)? min measured in 10 runs/, { timeout: 120_000 });
  figure("ten runs of the first example", `${((Date.now() - began) / 1000).toFixed(1)} s in ${workers.length} workers`);
  const row = app.inspector.getByRole("row", { name: /^Latency p99 / });
  await expect(row).toContainText(/±|–/);

  await app.inspector.getByRole("button", { name: "Back to the live run" }).click();
  await expect(app.inspector.getByRole("button", { name: /^Measure in 10 runs/ })).toBeVisible();
});
