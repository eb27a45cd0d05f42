// The design as a table in the place of the canvas: somebody builds by it alone.
import { expect, test } from "../fixtures.mjs";

test("build a design in the table alone, by keys", async ({ app, page }) => {
  await app.openDesign({ headroom: 1, nodes: [{ id: 1, block: "client", at: [0, 0], name: "Visitors" }], links: [] });
  await app.focusCanvas();
  await page.keyboard.press("t");
  const tables = page.getByRole("region", { name: "Blocks as a table" });
  await expect(tables).toBeFocused();
  await expect(page.getByRole("application")).toBeHidden();
  const blocks = tables.getByRole("table", { name: "Blocks" });
  await expect(blocks.getByRole("row")).toHaveCount(2);

  // The new block is linked from the one that is selected.
  await blocks.getByLabel("Select Visitors").press("Space");
  await tables.getByLabel("Kind of block").selectOption({ label: "App server" });
  await tables.getByLabel("and connect the selected one to it").press("Space");
  await tables.getByRole("button", { name: "Add", exact: true }).press("Enter");
  await expect(blocks.getByRole("row")).toHaveCount(3);
  await expect(blocks.getByLabel("Select App server")).toBeChecked();
  await expect(app.inspector.getByLabel("Name of the block")).toHaveValue("App server");

  const name = blocks.getByLabel("Name of App server");
  await name.fill("Web");
  await name.press("Enter");
  await tables.getByLabel("and connect the selected one to it").press("Space");
  await tables.getByLabel("Kind of block").selectOption({ label: "SQL database" });
  await tables.getByRole("button", { name: "Add", exact: true }).press("Enter");
  await blocks.getByRole("button", { name: "Connect from Web" }).press("Enter");
  const to = tables.getByLabel("to", { exact: true });
  await expect(to).toBeFocused();
  await to.selectOption({ label: "SQL database" });
  await tables.getByRole("button", { name: "Connect", exact: true }).press("Enter");
  await expect(app.said).toContainText("Linked Web to SQL database.");
  const links = tables.getByRole("table", { name: "Links" });
  await expect(links.getByRole("row")).toHaveCount(3);

  // Figures sort: the busiest first, and what has none last.
  await blocks.getByRole("button", { name: "Load" }).press("Enter");
  await expect(blocks.getByRole("columnheader", { name: "Load" })).toHaveAttribute("aria-sort", "descending");
  await expect(blocks.getByRole("row").last()).toContainText("Client");
  await links.getByRole("button", { name: "Delete the link Web to SQL database" }).press("Enter");
  await expect(links.getByRole("row")).toHaveCount(2);
  await blocks.getByRole("button", { name: "Delete SQL database" }).press("Enter");
  await expect(blocks.getByRole("row")).toHaveCount(3);

  await page.keyboard.press("Escape");
  await expect(page.getByRole("application")).toBeFocused();
  await expect(app.block("Web")).toBeVisible();
  await expect(app.links).toHaveCount(1);
});

test("what is selected in the table is selected on the canvas, and back", async ({ app, page }) => {
  await app.open();
  await app.select("Database");
  await page.getByRole("button", { name: "Blocks as a table" }).click();
  const blocks = page.getByRole("table", { name: "Blocks" });
  await expect(blocks.getByLabel("Select Database")).toBeChecked();
  await blocks.getByLabel("Select Database").uncheck();
  await blocks.getByLabel("Select Load balancer").check();
  await page.getByRole("button", { name: "Back to the canvas" }).click();
  await expect(app.block("Load balancer")).toHaveClass(/selected/);
  await expect(app.block("Database")).not.toHaveClass(/selected/);
});
