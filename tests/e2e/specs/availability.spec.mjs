// Read availability: nines, minutes a year, what costs the most time, and what may not fail.
import { expect, test } from "../fixtures.mjs";

test("read availability and go to what costs it", async ({ app, page }) => {
  await app.open();
  await expect(app.page.locator("dl", { hasText: "Available" })).toContainText(/Available99\.\d+ %/);
  await page.getByRole("tab", { name: "Availability" }).click();
  const panel = page.getByRole("region", { name: "Availability" });
  await expect(panel).toContainText(/Reads.*99\.\d+ %.*nines.*a year/);
  await panel.getByRole("button", { name: "Load balancer" }).first().click();
  await expect(app.inspector.getByLabel("Name of the block")).toHaveValue("Load balancer");
});
