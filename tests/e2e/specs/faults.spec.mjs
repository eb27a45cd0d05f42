// Put a fault on the timeline and see it happen; break something by hand and end it.
import { expect, test } from "../fixtures.mjs";

test("add a fault to the timeline and see it happen", async ({ app, page }) => {
  await app.open();
  await page.getByRole("tab", { name: "Faults" }).click();
  const faults = page.getByRole("region", { name: "Faults" });
  await faults.getByLabel("Add a fault").selectOption({ label: "Slow down" });
  const form = faults.getByRole("group", { name: /^Slow down/ });
  await form.getByLabel("Strikes").selectOption({ label: "Database" });
  await form.getByLabel("Begins at").fill("3");
  await form.getByLabel("Lasts for").fill("4");
  await form.getByLabel("Times as long").fill("50");
  await expect(faults.getByRole("listitem")).toContainText("Slow down: Database");

  await page.getByRole("button", { name: "Restart the run" }).click();
  await app.play();
  await expect(app.block("Database")).toHaveAttribute("data-state", "saturated", { timeout: 30_000 });
  await page.getByRole("tab", { name: "Time series" }).click();
  await expect(app.chart).toContainText("failed");

  // It is part of the design: gone with one click, back with undo.
  await page.getByRole("tab", { name: "Faults" }).click();
  await faults.getByRole("button", { name: "Remove Slow down: Database" }).click();
  await expect(faults.getByRole("listitem")).toHaveCount(0);
  await app.undo.click();
  await expect(faults.getByRole("listitem")).toHaveCount(1);
});

test("break a block by hand and end it", async ({ app, page }) => {
  await app.open();
  await app.play();
  await app.block("Database").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Slow down" }).click();
  await expect(app.block("Database")).toHaveAttribute("data-state", "saturated", { timeout: 30_000 });
  await page.getByRole("tab", { name: "Faults" }).click();
  await page.getByRole("button", { name: "End: Slow down: Database" }).click();
  await expect(page.getByRole("button", { name: /^End:/ })).toHaveCount(0);
  await expect(app.block("Database")).not.toHaveAttribute("data-state", "saturated", { timeout: 40_000 });
});

test("a cut link shows that nothing passes", async ({ app, page }) => {
  await app.open();
  await app.play();
  await app.links.last().locator(".reach").click({ button: "right", force: true });
  await page.getByRole("menuitem", { name: "Cut the link" }).click();
  await expect(app.links.last()).toHaveClass(/cut/);
  await expect(page.locator(".labels").getByText("cut")).toBeVisible();
});
