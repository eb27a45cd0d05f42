// What hands do beside drawing: the order of calls, a fault moved in time, a table of rates.
import { expect, test } from "../fixtures.mjs";

test("put the calls of a block in another order, by keys alone", async ({ app, page }) => {
  await app.openDesign({
    headroom: 1,
    nodes: [
      { id: 1, block: "client", at: [0, 100] },
      { id: 2, block: "app-server", at: [260, 100] },
      { id: 3, block: "sql-database", at: [520, 0] },
      { id: 4, block: "cache", at: [520, 200] },
    ],
    links: [[1, 2], [2, 3, { when: "miss" }], [2, 4]],
  });
  await app.select("App server");
  const calls = app.inspector.getByRole("region", { name: "Calls, in this order" });
  await expect(calls.getByRole("listitem")).toHaveText([/^1\. SQL database/, /^2\. Cache/]);
  await calls.getByRole("button", { name: "Call Cache earlier" }).focus();
  await page.keyboard.press("Enter");
  await expect(calls.getByRole("listitem")).toHaveText([/^1\. Cache/, /^2\. SQL database/]);
  await app.undo.click();
  await expect(calls.getByRole("listitem")).toHaveText([/^1\. SQL database/, /^2\. Cache/]);
});

test("draw a second link from a block while the first is selected", async ({ app }) => {
  await app.openDesign({
    headroom: 1,
    nodes: [
      { id: 1, block: "client", at: [0, 100] },
      { id: 2, block: "app-server", at: [300, 0] },
      { id: 3, block: "object-store", at: [300, 200] },
    ],
    links: [[1, 2]],
  });
  await app.selectLink("Client", "App server");
  await app.connect("Client", "Object store");
  await expect(app.links).toHaveCount(2);
});

test("drag a fault to another time", async ({ app, page }) => {
  await app.open();
  await page.getByRole("tab", { name: "Faults" }).click();
  const faults = page.getByRole("region", { name: "Faults" });
  await faults.getByLabel("Add a fault").selectOption({ label: "Traffic spike" });
  const begins = faults.getByLabel("Begins at");
  const before = Number(await begins.inputValue());
  const bar = await faults.locator(".lane i").first().boundingBox();
  const middle = [bar.x + bar.width / 2, bar.y + bar.height / 2];
  await app.drag(middle, [middle[0] + 60, middle[1]]);
  await expect.poll(async () => Number(await begins.inputValue())).toBeGreaterThan(before + 3);
  await app.undo.click();
  await expect.poll(async () => Number(await begins.inputValue())).toBe(before);
});

test("a table of rates keeps its lines, typed or read from a file", async ({ app }) => {
  await app.openDesign({
    headroom: 1,
    nodes: [
      { id: 1, block: "client", at: [0, 100], over_time: "series" },
      { id: 2, block: "app-server", at: [300, 100] },
    ],
    links: [[1, 2]],
  });
  await app.select("Client");
  const table = app.inspector.getByLabel("Second, rate");
  if (!(await table.isVisible())) await app.inspector.getByRole("button", { name: /over time/i }).click();
  await table.fill("0,10\n60,500\n120,10");
  await table.blur();
  await app.select("App server");
  await app.select("Client");
  if (!(await table.isVisible())) await app.inspector.getByRole("button", { name: /over time/i }).click();
  await expect(table).toHaveValue("0,10\n60,500\n120,10");
  const file = { name: "day.csv", mimeType: "text/csv", buffer: Buffer.from("0,1\n3600,90\n") };
  await app.inspector.locator("input[type=file]").setInputFiles(file);
  await expect(table).toHaveValue(/3600,90/);
});

test("a label without room between two blocks comes back under the pointer, beside the cards", async ({ app, page }) => {
  await app.openDesign({
    headroom: 1,
    nodes: [
      { id: 1, block: "client", at: [0, 100] },
      { id: 2, block: "app-server", at: [210, 100] },
    ],
    links: [[1, 2]],
  });
  const label = page.locator(".labels text");
  await expect(label).toHaveText(/\/s/);
  await expect(label).toBeHidden();
  const wire = await app.links.locator(".wire").boundingBox();
  await page.mouse.move(wire.x + wire.width / 2, wire.y);
  await expect(label).toBeVisible();
  const [box, card] = [await label.boundingBox(), await app.block("App server").boundingBox()];
  expect(box.y + box.height).toBeLessThan(card.y);
  await page.mouse.move(wire.x + wire.width / 2, wire.y + 150);
  await expect(label).toBeHidden();
});
