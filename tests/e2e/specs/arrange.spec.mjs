// Building quickly: choosing a block where a link was dropped, adding and finding by keys, arranging, replacing, the map.
import { expect, test } from "../fixtures.mjs";

const ROW = {
  headroom: 1,
  nodes: [
    { id: 1, block: "client", at: [0, 100] },
    { id: 2, block: "app-server", at: [300, 100] },
  ],
  links: [[1, 2]],
};

test("a link dropped on empty canvas asks for the block that goes there", async ({ app, page }) => {
  await app.openDesign(ROW);
  const out = await app.port("App server", "out").boundingBox();
  const from = [out.x + out.width / 2, out.y + out.height / 2];
  await app.drag(from, [from[0] + 120, from[1] + 90]);
  const chooser = page.getByRole("dialog", { name: "Find a block to add" });
  await chooser.getByRole("combobox").fill("cache");
  await expect(chooser.getByRole("option", { selected: true })).toContainText("Cache");
  await page.keyboard.press("Enter");
  await expect(app.block("Cache")).toBeVisible();
  await expect(app.links).toHaveCount(2);
  await app.undo.click();
  await expect(app.blocks).toHaveCount(2);
});

test("add, connect, find and lay out by keys alone", async ({ app, page }) => {
  await app.openDesign(ROW);
  await app.select("App server");
  await page.keyboard.press("Tab");
  await page.keyboard.type("sql");
  await page.keyboard.press("Enter");
  await expect(app.block("SQL database")).toBeVisible();
  await expect(app.links).toHaveCount(2);
  await page.keyboard.press("Control+f");
  await page.keyboard.type("client");
  await page.keyboard.press("Enter");
  await expect(app.block("Client")).toHaveClass(/selected/);
  await page.keyboard.press("Control+ArrowRight");
  await page.keyboard.type("load balancer");
  await page.keyboard.press("Enter");
  await expect(app.blocks).toHaveCount(4);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Shift+L");
  const [client, server] = [await app.block("Client").boundingBox(), await app.block("App server").boundingBox()];
  expect(server.x).toBeGreaterThan(client.x + client.width);
});

test("align what is selected, and drag along a guide", async ({ app, page }) => {
  await app.openDesign({
    headroom: 1,
    nodes: [
      { id: 1, block: "client", at: [0, 100] },
      { id: 2, block: "app-server", at: [300, 160] },
    ],
    links: [[1, 2]],
  });
  const top = async (name) => (await app.block(name).boundingBox()).y;
  await app.focusCanvas();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Alt+w");
  await expect.poll(async () => (await top("App server")) - (await top("Client"))).toBe(0);
  const card = await app.block("App server").boundingBox();
  const [x, y] = [card.x + 60, card.y + 30];
  await page.keyboard.press("Escape");
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 60, y + 3, { steps: 4 });
  await expect(page.locator(".guides")).toBeAttached();
  await page.mouse.up();
  await expect(page.locator(".guides")).toHaveCount(0);
  expect((await top("App server")) - (await top("Client"))).toBe(0);
});

test("a block dragged beside two others keeps their gap, and the gaps are marked", async ({ app, page }) => {
  await app.openDesign({
    headroom: 1,
    nodes: [
      { id: 1, block: "client", at: [0, 0] },
      { id: 2, block: "app-server", at: [260, 0] },
      { id: 3, block: "cache", at: [540, 200] },
    ],
    links: [[1, 2]],
  });
  const place = async (name) => app.block(name).boundingBox();
  const [client, server, cache] = [await place("Client"), await place("App server"), await place("Cache")];
  const scale = cache.width / 176;
  const gap = server.x - client.x - client.width;
  const [x, y] = [cache.x + 40, cache.y + 20];
  const aside = server.x + server.width + gap - cache.x;
  await app.drag([x, y], [x + aside + 4, y - 200 * scale + 3], {
    before: async () => await expect(page.locator(".gaps")).toHaveAttribute("d", /L/),
  });
  const moved = await place("Cache");
  expect(moved.x - server.x - server.width).toBeCloseTo(gap, 0);
  expect(moved.y).toBeCloseTo(server.y, 0);
});

test("a note is written, copied, pasted and deleted by keys", async ({ app, page }) => {
  await app.openDesign(ROW);
  await app.focusCanvas();
  await page.keyboard.press("n");
  await page.getByLabel("Text of the note").fill("Peak is at noon.");
  await page.keyboard.press("Escape");
  const notes = page.getByRole("note", { name: "Note: Peak is at noon." });
  await expect(notes).toHaveCount(1);
  await page.keyboard.press("Control+c");
  await page.keyboard.press("Control+v");
  await expect(notes).toHaveCount(2);
  await expect(notes.nth(1)).toHaveClass(/selected/);
  await page.keyboard.press("Delete");
  await expect(notes).toHaveCount(1);
  // All is blocks and notes: what is done with all is done with both.
  await page.keyboard.press("Control+a");
  await expect(notes).toHaveClass(/selected/);
  const y = async (thing) => (await thing.boundingBox()).y;
  const [note, card] = [await y(notes), await y(app.block("App server"))];
  await page.keyboard.press("Shift+ArrowDown");
  await expect.poll(() => y(notes)).toBeGreaterThan(note + 20);
  expect((await y(app.block("App server"))) - card).toBeCloseTo((await y(notes)) - note, 0);
  await page.keyboard.press("Delete");
  await expect(notes).toHaveCount(0);
  await expect(app.blocks).toHaveCount(0);
  await app.undo.click();
  await expect(notes).toHaveCount(1);
});

test("put another block in the place of one, links kept", async ({ app, page }) => {
  await app.openDesign(ROW);
  await app.select("App server");
  await app.palette.getByRole("button", { name: "Load balancer" }).click({ modifiers: ["Shift"] });
  await expect(app.block("Load balancer")).toBeVisible();
  await expect(app.block("App server")).toHaveCount(0);
  await expect(app.links).toHaveCount(1);
  await expect(page.getByText("Replaced App server by Load balancer.")).toBeAttached();
});

test("the map shows what is in view and goes where it is pressed", async ({ app, page }) => {
  const nodes = Array.from({ length: 9 }, (_, at) => ({ id: at + 1, block: "app-server", name: `Server ${at + 1}`, at: [at * 600, 0] }));
  await app.openDesign({ headroom: 1, nodes, links: [] });
  for (let step = 0; step < 8; step += 1) await page.getByRole("button", { name: "Zoom in" }).click();
  await expect(app.block("Server 9")).not.toBeInViewport();
  const map = await page.getByRole("img", { name: /^Map of the design/ }).boundingBox();
  await page.mouse.click(map.x + map.width - 14, map.y + map.height / 2);
  await expect(app.block("Server 9")).toBeInViewport();
});
