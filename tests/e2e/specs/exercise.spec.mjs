// The URL shortener, step 2: the start fails and says by how much; built as the hints suggest, it passes.
import { expect, test } from "../fixtures.mjs";

/** Has the design judged and waits for the answer. */
async function check(app, page) {
  await page.getByRole("button", { name: "Check my design" }).click();
  await expect(page.getByRole("progressbar", { name: "Measuring" })).toHaveCount(0, { timeout: 120_000 });
  const goals = page.getByRole("region", { name: "Goals" });
  await expect(goals).toContainText(/Passed\.|Not yet\./, { timeout: 120_000 });
  await expect(goals).not.toContainText("Measured before your last change");
  return goals;
}

/** Sets a parameter of the selected block or link. */
async function set(app, label, value) {
  const field = app.inspector.getByLabel(label, { exact: true });
  if ((await field.evaluate((element) => element.tagName)) === "SELECT") await field.selectOption({ label: value });
  else await field.fill(value);
}

test("do step 2 of the URL shortener", async ({ app, page }) => {
  test.setTimeout(400_000);
  await app.open();
  await page.getByRole("button", { name: "Exercises" }).first().click();
  await app.dialog.getByRole("button", { name: /Read path/ }).click();
  await expect(app.dialog).toHaveCount(0);
  await expect(app.block("Redirects")).toBeVisible();

  // The start fails, each goal with its measured number, and one hint opens.
  const failed = await check(app, page);
  await expect(failed).toContainText("Not yet.");
  await expect(failed.getByText("Missed:").first()).toBeAttached();
  await page.getByRole("button", { name: "Show a hint" }).click();
  await expect(page.getByText(/load balancer the second server gets nothing/)).toBeVisible();

  // A load balancer in front of eleven servers.
  const tab = page.getByRole("tab", { name: "Blocks" });
  await tab.click();
  await app.selectLink("Visitors", "Redirects");
  await page.keyboard.press("Delete");
  await app.add("Load balancer");
  await app.connect("Visitors", "Load balancer");
  await app.connect("Load balancer", "Redirects");
  await app.select("Redirects");
  await set(app, "Instances", "11");

  // A cache beside the database: reads ask it first, and the database on a miss.
  await app.add("Cache");
  await app.select("Cache");
  await set(app, "Memory", "13");
  await app.connect("Redirects", "Cache");
  await app.selectLink("Redirects", "Cache");
  await set(app, "Carries", "Reads");
  await app.selectLink("Redirects", "Links");
  await set(app, "Carries", "Reads");
  await set(app, "Called", "On cache miss");
  await app.connect("Redirects", "Links");
  await app.selectLink("Redirects", "Links", 1);
  await set(app, "Carries", "Writes");

  // Calls are made in the order in which they were drawn: the cache has to come before what waits for its miss.
  await app.select("Redirects");
  const calls = app.inspector.getByRole("region", { name: "Calls, in this order" });
  await expect(calls.getByRole("listitem").first()).toContainText("Links");
  await calls.getByRole("button", { name: "Call Cache earlier" }).click();
  await expect(calls.getByRole("listitem").first()).toContainText("Cache");

  await page.getByRole("tab", { name: "Exercise" }).click();
  const passed = await check(app, page);
  await expect(passed).toContainText("Passed.");
});
