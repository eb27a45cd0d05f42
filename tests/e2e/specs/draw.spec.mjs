// Draw three blocks and connect them: by dragging, and by single clicks alone.
import { expect, test } from "../fixtures.mjs";
import { center } from "../app.mjs";

test("draw three blocks and connect them by mouse", async ({ app, page }) => {
  await app.openEmpty();
  const stage = await app.canvas.boundingBox();
  const at = (x, y) => [stage.x + x, stage.y + y];
  await app.dragIn("Client", ...at(150, 300));
  await app.dragIn("App server", ...at(400, 300));
  await app.dragIn("SQL database", ...at(650, 300));
  await app.connect("Client", "App server");
  await app.connect("App server", "SQL database");

  // Figures appear at once: the traffic arrives at the far end.
  await expect(app.ladder).toContainText("SQL database");
  await expect(app.block("SQL database")).toHaveAttribute("data-state", /calm|busy|hot|saturated/);

  // Moving a block moves it and nothing else, and is one step of undo.
  const before = await app.block("App server").boundingBox();
  const [x, y] = await center(app.block("App server"));
  await app.drag([x, y], [x + 60, y + 90]);
  const after = await app.block("App server").boundingBox();
  expect(Math.abs(after.y - before.y - 90)).toBeLessThanOrEqual(15);
  await page.keyboard.press("Control+z");
  await expect.poll(async () => (await app.block("App server").boundingBox()).y).toBeCloseTo(before.y, 0);

  // Delete takes the links along, undo brings all of it back.
  await app.select("App server");
  await page.keyboard.press("Delete");
  await expect(app.blocks).toHaveCount(2);
  await expect(app.links).toHaveCount(0);
  await app.undo.click();
  await expect(app.links).toHaveCount(2);
});

test("the same by click, then click", async ({ app }) => {
  await app.openEmpty();
  for (const kind of ["Client", "App server", "SQL database"]) await app.add(kind);
  await app.connectByClicks("Client", "App server");
  await app.connectByClicks("App server", "SQL database");
  await expect(app.ladder).toContainText("SQL database");
});

test("a refused link says why", async ({ app, page }) => {
  await app.openEmpty();
  await app.add("Client");
  await app.add("App server");
  await app.connectByClicks("Client", "App server");
  // Once more: the same link is refused in words, and nothing is added.
  await page.mouse.click(...(await center(app.port("Client", "out"))));
  await page.mouse.click(...(await center(app.port("App server", "in"))));
  await expect(page.getByRole("alert")).toContainText(/.{10,}/);
  await expect(app.links).toHaveCount(1);
});

test("what was drawn is still there after a reload", async ({ app, page }) => {
  await app.openEmpty();
  await app.add("Client");
  await app.add("App server");
  await app.connectByClicks("Client", "App server");
  await app.saved();
  await page.reload();
  await app.ready();
  await expect(app.blocks).toHaveCount(2);
  await expect(app.links).toHaveCount(1);
});
