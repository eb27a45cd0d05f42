// Two designs side by side: what was changed, and what runs on the same random numbers show of it.
import { expect, test } from "../fixtures.mjs";

test("compare a change with the design as it was opened, and with a pasted one", async ({ app, page }) => {
  const design = {
    headroom: 1,
    nodes: [
      { id: 1, block: "client", at: [0, 100], rate: 150, reads: 1 },
      { id: 2, block: "app-server", at: [300, 100], name: "Web", service_ms: 5, cores: 1 },
    ],
    links: [[1, 2]],
    run: { duration_s: 5, warmup_s: 1 },
  };
  await app.openDesign(design);
  await app.select("Web");
  await app.inspector.getByLabel("Name of the block").fill("Shop");
  await app.inspector.getByLabel("Cores", { exact: true }).fill("4");
  await page.keyboard.press("Tab");
  await app.focusCanvas();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find a command" }).fill("compare");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Compare with another design" });
  await dialog.getByLabel("Compare with").selectOption("opened");
  const changed = dialog.getByRole("region", { name: "What was changed" });
  await expect(changed.getByRole("listitem")).toContainText(["Renamed Web to Shop.", "Cores: 1"]);
  const table = dialog.getByRole("table", { name: "Both designs" });
  await expect(table.getByRole("row", { name: /^Headroom 1\.3× .*\+4/ })).toBeVisible();
  await dialog.getByRole("button", { name: /^Run both/ }).click();
  await expect(dialog.getByRole("button", { name: "Stop" }).or(table.getByRole("row", { name: /^P99 / }))).toBeVisible();
  // 150/s × 5 ms on one core and on four: most of the time was spent in line.
  await expect(table.getByRole("row", { name: /^P99 .* −\d.* ± / })).toBeVisible({ timeout: 45_000 });
  await expect(app.said).toContainText(/^Compared: \d+ of \d+ figures differ\.$/);

  await dialog.getByLabel("Compare with").selectOption("link");
  await dialog.getByLabel("Link or text of the other design").fill(JSON.stringify({ ...design, nodes: design.nodes.slice(0, 1), links: [] }));
  await page.keyboard.press("Tab");
  await expect(changed).toContainText("Added Shop.");
});
