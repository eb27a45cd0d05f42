// A single point of failure is marked before it fails; killing it proves it, reviving it heals.
import { expect, test } from "../fixtures.mjs";

test("kill a single point of failure", async ({ app, page }) => {
  await app.open();
  const balancer = app.block("Load balancer");
  await expect(balancer).toContainText(/single point/i);
  await app.play();
  await balancer.click({ button: "right" });
  await page.getByRole("menuitem", { name: /^Kill/ }).first().click();
  await expect(balancer).toHaveAttribute("data-state", "down");
  await expect(balancer).toContainText(/down/i);
  const served = app.page.locator("dl", { hasText: "Served" });
  await expect(served).toContainText(/Served0(\.\d+)? %/, { timeout: 20_000 });

  // The inspector brings it back, and the users too.
  await app.select("Load balancer");
  await app.inspector.getByRole("button", { name: /Revive/ }).click();
  await expect(balancer).not.toHaveAttribute("data-state", "down");
  await expect(served).not.toContainText(/Served0(\.\d+)? %/, { timeout: 20_000 });
});
