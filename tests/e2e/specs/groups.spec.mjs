// Draw a zone around two blocks, name it, kill it, revive it; drag a block in and out.
import { expect, test } from "../fixtures.mjs";
import { center } from "../app.mjs";

test("draw a group and kill it", async ({ app, page }) => {
  await app.open();
  await app.play();
  await app.block("App server").click();
  await app.block("Database").click({ modifiers: ["Shift"] });
  await page.keyboard.press("Control+g");
  const name = app.inspector.getByLabel("Name of the group");
  await expect(name).toHaveValue("zone 1");
  await name.fill("east");
  const zone = page.getByRole("group", { name: /^zone east/ });
  await expect(zone).toHaveAttribute("data-state", "calm");
  // What it costs is known before: the zone is a single point of failure.
  await expect(zone).toHaveAccessibleName(/single point of failure/);

  await app.groupTitle("zone east").click({ button: "right" });
  await page.getByRole("menuitem", { name: /^Kill/ }).click();
  await expect(zone).toHaveAttribute("data-state", "down");
  await expect(app.block("App server")).toHaveAttribute("data-state", "down");
  await expect(app.block("Database")).toHaveAttribute("data-state", "down");
  const served = page.locator("dl", { hasText: "Served" });
  await expect(served).toContainText(/Served0(\.\d+)? %/, { timeout: 30_000 });

  await app.inspector.getByRole("button", { name: "Revive it" }).click();
  await expect(zone).toHaveAttribute("data-state", "calm");
  await expect(app.block("Database")).not.toHaveAttribute("data-state", "down");
});

test("draw a group by a rectangle around blocks; Escape draws nothing", async ({ app, page }) => {
  await app.openDesign({
    headroom: 1,
    nodes: [
      { id: 1, block: "client", at: [0, 0] },
      { id: 2, block: "app-server", at: [300, 0] },
      { id: 3, block: "sql-database", at: [600, 0] },
    ],
    links: [[1, 2]],
  });
  const [server, database] = [await app.block("App server").boundingBox(), await app.block("SQL database").boundingBox()];
  const [from, to] = [[server.x - 20, server.y - 40], [database.x + database.width + 20, database.y + database.height + 30]];
  await app.focusCanvas();
  await page.keyboard.press("f");
  await expect(page.locator(".to-draw")).toBeVisible();
  await app.drag(from, to, {
    before: async () => {
      await expect(page.locator(".draft .held")).toHaveCount(2);
      await page.keyboard.press("Escape");
    },
  });
  await expect(page.locator("[data-group]")).toHaveCount(0);
  await expect(page.locator(".draft .frame")).toHaveCount(0);

  await page.mouse.click(...(await app.emptyPlace()), { button: "right" });
  await page.getByRole("menuitem", { name: "Draw a group" }).click();
  await app.drag(from, to);
  await expect(app.groupTitle("zone 1")).toBeVisible();
  const inside = app.inspector.locator("section", { hasText: "Inside" });
  await expect(inside.getByRole("button")).toHaveText(["App server", "SQL database"]);
});

test("collapse a group to one box with its links, move it, and expand it again", async ({ app, page }) => {
  await app.openDesign({
    headroom: 1,
    nodes: [
      { id: 1, block: "client", at: [0, 0] },
      { id: 2, block: "app-server", at: [300, 0], in: 1 },
      { id: 3, block: "sql-database", at: [600, 0], in: 1 },
    ],
    links: [[1, 2], [2, 3]],
    groups: [{ id: 1, kind: "zone", name: "east" }],
  });
  await page.getByRole("button", { name: "Collapse zone east" }).click();
  const box = page.getByRole("group", { name: /^zone east, collapsed, 2 blocks, / });
  await expect(box).toBeVisible();
  await expect(app.blocks).toHaveCount(1);
  await expect(app.links).toHaveCount(1);
  const at = await box.boundingBox();
  const wire = await app.links.first().locator(".wire").boundingBox();
  expect(Math.abs(wire.x + wire.width - at.x)).toBeLessThan(3);
  await app.drag([at.x + 90, at.y + 50], [at.x + 90, at.y + 150]);
  expect((await box.boundingBox()).y).toBeGreaterThan(at.y + 60);

  // A double click on the box expands it, one step back collapses it, and so does the key.
  const [x, y] = await center(box);
  await page.mouse.dblclick(x + 40, y + 10);
  await expect(app.blocks).toHaveCount(3);
  await expect(box).toHaveCount(0);
  await app.undo.click();
  await expect(box).toBeVisible();
  await app.focusCanvas();
  await page.mouse.click(x + 40, y + 10);
  await page.keyboard.press("Shift+G");
  await expect(app.blocks).toHaveCount(3);
  await expect(app.inspector.getByRole("button", { name: "Collapse it" })).toBeVisible();
});

test("drag a block into a group, out again, and dissolve the group", async ({ app, page }) => {
  await app.open();
  await app.block("App server").click();
  await app.block("Database").click({ modifiers: ["Shift"] });
  await page.keyboard.press("Control+g");
  const inside = app.inspector.locator("section", { hasText: "Inside" });
  await expect(inside.getByRole("button")).toHaveText(["App server", "Database"]);

  const [x, y] = await center(app.block("Load balancer"));
  const [toX, toY] = await center(app.block("App server"));
  await app.drag([x, y], [toX + 30, toY + 20]);
  const together = app.inspector.getByLabel("Fails together with");
  await expect(together.locator("option:checked")).toHaveText("zone 1");
  await app.drag([toX + 30, toY + 20], [x, y + 60]);
  await expect(together.locator("option:checked")).toHaveText("none");

  await app.groupTitle("zone 1").click();
  await app.inspector.getByRole("button", { name: "Dissolve it" }).click();
  await expect(app.groupTitle("zone 1")).toHaveCount(0);
  await app.undo.click();
  await expect(app.groupTitle("zone 1")).toHaveCount(1);
});
