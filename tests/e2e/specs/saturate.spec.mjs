// Saturate a block and read why; apply the fix that is offered and see that it holds.
import { expect, test } from "../fixtures.mjs";

test("saturate and read the finding", async ({ app }) => {
  await app.open();
  await expect(app.block("Database")).not.toHaveAttribute("data-state", "saturated");
  await app.setTraffic(2);
  await expect(app.block("Database")).toHaveAttribute("data-state", "saturated");
  // Word and icon, not color alone.
  await expect(app.block("Database")).toContainText(/saturated/i);
  await expect(app.findings).toContainText(/Database.*saturate/i);
  await expect(app.findings).toContainText(/\d/);
  // The simulation agrees: requests fail.
  await expect(app.ladder.getByRole("listitem").first()).toContainText("Database");
});

test("apply a fix", async ({ app }) => {
  await app.open();
  await app.setTraffic(2);
  await expect(app.block("Database")).toHaveAttribute("data-state", "saturated");
  const before = await app.ladder.getByRole("listitem").first().textContent();
  const finding = app.findings.getByRole("article").filter({ hasText: /Database.*saturate/i }).first();
  await finding.getByRole("button", { name: /replica|cache/i }).first().click();
  await expect(app.ladder.getByRole("listitem").first()).not.toHaveText(before);
  await expect(app.undo).toBeEnabled();
  await app.undo.click();
  await expect(app.ladder.getByRole("listitem").first()).toHaveText(before);
  await app.redo.click();
  await expect(app.ladder.getByRole("listitem").first()).not.toHaveText(before);
});
