// A large design: what can be read is an element, the rest is painted and can still be pressed, dragged, found and listed.
import { fragment } from "../app.mjs";
import { expect, test } from "../fixtures.mjs";

/** Chains of a client, two servers and a database, in rows of five chains. */
const DESIGN = (() => {
  const nodes = Array.from({ length: 400 }, (_, index) => {
    const [chain, part] = [Math.floor(index / 4), index % 4];
    const block = part === 0 ? { block: "client", rate: 2 } : { block: part === 3 ? "sql-database" : "app-server" };
    return { id: index + 1, ...block, name: `Block ${index + 1}`, at: [(chain % 5) * 1020 + part * 240, Math.floor(chain / 5) * 150] };
  });
  const links = nodes.filter(({ id }) => id % 4 !== 0).map(({ id }) => [id, id + 1]);
  return { headroom: 1, name: "Large", nodes, links };
})();

/** The point of the screen where the middle of a block is. */
async function middle(page, id) {
  const { at: [left, top] } = DESIGN.nodes[id - 1];
  const view = await page.locator(".world").first().evaluate((world) => {
    const { a, e, f } = new DOMMatrix(getComputedStyle(world).transform);
    const box = world.parentElement.getBoundingClientRect();
    return { x: e + box.x, y: f + box.y, zoom: a };
  });
  return [view.x + (left + 88) * view.zoom, view.y + (top + 38) * view.zoom];
}

/** How many pixels of the painted sheets are not empty around a point of the screen. */
const painted = (page, [x, y]) => page.locator("canvas.painted").evaluateAll((sheets, [x, y]) => sheets.map((canvas) => {
  if (canvas.width === 0) return 0;
  const box = canvas.getBoundingClientRect();
  const [scaleX, scaleY] = [canvas.width / box.width, canvas.height / box.height];
  const { data } = canvas.getContext("2d").getImageData((x - box.x) * scaleX - 4, (y - box.y) * scaleY - 4, 8, 8);
  return data.filter((_, index) => index % 4 === 3 && data[index] > 0).length;
}).reduce((all, one) => all + one), [x, y]);

test("from far away blocks are painted, and are chosen, moved and taken back like any other", async ({ app, page, watched }) => {
  watched.expected = [/getImageData/];
  await app.open(fragment(DESIGN));
  await expect.poll(async () => painted(page, await middle(page, 202))).toBeGreaterThan(0);
  await expect(app.blocks).toHaveCount(0);
  const from = await middle(page, 202);
  await page.mouse.click(...from);
  await expect(page.getByLabel("Name of the block")).toHaveValue("Block 202");
  await expect(app.block("Block 202")).toHaveClass(/selected/);
  const before = await app.block("Block 202").boundingBox();
  await app.drag(from, [from[0] + 60, from[1] + 40]);
  const after = await app.block("Block 202").boundingBox();
  expect(after.x - before.x).toBeGreaterThan(40);
  await page.keyboard.press("Control+z");
  await expect.poll(async () => (await app.block("Block 202").boundingBox()).x).toBeCloseTo(before.x, 0);
  await page.keyboard.press("Escape");
  await expect(app.blocks).toHaveCount(0);
  await expect.poll(async () => painted(page, from), { message: "it is painted again" }).toBeGreaterThan(0);
});

test("many blocks that are moved from far away move as a picture, and can be put back", async ({ app, page, watched }) => {
  watched.expected = [/getImageData/];
  await app.open(fragment(DESIGN));
  // Four chains of the last column, and beside them nothing.
  const [first, end, last] = [await middle(page, 217), await middle(page, 220), await middle(page, 280)];
  await app.drag([first[0] - 24, first[1] - 12], [last[0] + 24, last[1] + 8]);
  await expect(page.locator("#inspector h2")).toContainText("16 selected");
  await expect(app.blocks).toHaveCount(0);
  const there = [end[0] + 60, end[1]];
  expect(await painted(page, there)).toBe(0);
  await page.mouse.move(...end);
  await page.mouse.down();
  await page.mouse.move(...there, { steps: 4 });
  await expect.poll(() => painted(page, there), { message: "under the hand" }).toBeGreaterThan(0);
  await expect.poll(() => painted(page, first), { message: "where it was" }).toBe(0);
  await page.mouse.up();
  await page.keyboard.press("Control+z");
  await expect.poll(() => painted(page, there), { message: "taken back" }).toBe(0);
  await expect.poll(() => painted(page, first)).toBeGreaterThan(0);
});

test("near enough to be read, blocks in view are cards with figures, and only those", async ({ app, page }) => {
  await app.open(fragment(DESIGN));
  await page.keyboard.press("Control+f");
  await page.keyboard.type("Block 322");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Shift+Digit2");
  await expect(app.block("Block 322")).toBeInViewport();
  await expect(app.block("Block 321")).toContainText("/s");
  await expect(app.block("Block 322")).toHaveClass(/selected/);
  expect(await app.blocks.count()).toBeLessThan(100);
  // What is not in view comes with the view.
  await expect(app.block("Block 2")).toHaveCount(0);
  await page.keyboard.press("Shift+Digit1");
  await expect(app.blocks).toHaveCount(1);
});

test("lists and keys reach every block of a large design", async ({ app, page }) => {
  await app.open(fragment(DESIGN));
  await page.keyboard.press("t");
  await expect(page.locator(".tables tbody tr").filter({ hasText: "App server" })).toHaveCount(200);
  await page.keyboard.press("Control+Shift+L");
  await expect(page.locator(".tables")).toHaveCount(0);
  await page.mouse.click(...(await middle(page, 202)));
  await page.keyboard.press("k");
  await expect(app.block("Block 202")).toHaveAttribute("data-state", "down");
});
