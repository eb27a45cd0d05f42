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

test("a single point of failure is proven by a run, and a promise is confirmed", async ({ app, page }) => {
  test.slow();
  await app.open();
  await app.block("Database").click();
  await app.inspector.getByRole("button", { name: "Prove it by a run" }).click();
  await expect(app.inspector).toContainText(/Proven by a run with seed 1: .* 0 % of reads/, { timeout: 60_000 });
  await app.focusCanvas();
  await app.inspector.getByRole("button", { name: /^Confirm by runs/ }).click();
  await expect(app.inspector).toContainText(/Confirmed by two runs: at .* everything is kept, at .* is broken/, { timeout: 60_000 });
});
