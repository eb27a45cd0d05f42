// A collapsed group is worked with as it stands: links drawn to it and from it, blocks dropped into it.
import { PHONE, center, fragment } from "../app.mjs";
import { expect, test } from "../fixtures.mjs";

const DESIGN = {
  headroom: 1,
  nodes: [
    { id: 1, block: "client", at: [0, 0] },
    { id: 2, block: "app-server", name: "Carts", at: [300, 0], in: 1 },
    { id: 3, block: "app-server", name: "Orders", at: [300, 120], in: 1 },
    { id: 4, block: "sql-database", at: [600, 0] },
    { id: 5, block: "cache", at: [600, 150] },
  ],
  links: [],
  groups: [{ id: 1, kind: "zone", name: "a", collapsed: true }],
};

/** Opens the design, of which only the blocks outside of the box are seen. */
const open = async (app, page) => {
  await app.open(fragment(DESIGN));
  await expect(app.blocks).toHaveCount(3);
  const box = page.getByRole("group", { name: /^zone a, collapsed/ });
  return { box, into: box.locator('[data-port="in"]'), out: box.locator('[data-port="out"]') };
};

test("draw links to a box and from it: by a drag, by clicks, by keys", async ({ app, page }) => {
  const { box, into, out } = await open(app, page);
  const which = page.getByRole("dialog", { name: "Which block is meant?" });
  await app.drag(await center(app.port("Client", "out")), await center(into));
  await expect(which.getByRole("option")).toHaveText([/^Carts/, /^Orders/]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(app.said).toHaveText("Linked Client to Orders.");
  await expect(app.links).toHaveCount(1);

  await page.mouse.click(...(await center(out)));
  await page.mouse.click(...(await center(app.port("SQL database", "in"))));
  await which.getByRole("option", { name: /^Orders/ }).click();
  await expect(app.said).toHaveText("Linked Orders to SQL database.");

  // Only Carts is left for the client, so nothing is asked.
  await app.block("Client").click();
  await page.keyboard.press("c");
  await expect(app.said).toContainText(/^zone a, 1 of/);
  await page.keyboard.press("Enter");
  await expect(app.said).toHaveText("Linked Client to Carts.");
  await expect(app.links).toHaveCount(3);
  await app.undo.click();
  await expect(app.links).toHaveCount(2);
  await expect(box).toBeVisible();
});

test("drop a block on a box: it joins the group, and undo takes it out again", async ({ app, page }) => {
  const { box } = await open(app, page);
  await app.drag(await center(app.block("Cache")), await center(box), {
    before: async () => await expect(page.locator(".draft .target")).toBeVisible(),
  });
  await expect(app.said).toHaveText("Cache is in zone a now.");
  await expect(app.blocks).toHaveCount(2);
  await expect(page.getByRole("group", { name: /^zone a, collapsed, 3 blocks/ })).toBeVisible();
  await app.undo.click();
  await expect(app.block("Cache")).toBeVisible();
});

test.describe("on a phone, by a finger", () => {
  test.use(PHONE);

  test("tap a port and then a box, and the other way round with a swipe between", async ({ app, page }) => {
    const { box, into, out } = await open(app, page);
    const which = page.getByRole("dialog", { name: "Which block is meant?" });
    const zoomIn = page.getByRole("button", { name: "Zoom in" });
    await app.tap(zoomIn);
    await expect(app.port("Client", "out"), "too small to be seen in the whole design").toBeVisible();
    const smallest = await app.port("Client", "out").boundingBox();
    expect(Math.min(smallest.width, smallest.height)).toBeGreaterThanOrEqual(24);
    await app.tap(app.port("Client", "out"));
    await expect(app.said).toContainText("Connecting from Client");
    await app.tap(box);
    await app.tap(which.getByRole("option", { name: /^Orders/ }));
    await expect(app.said).toHaveText("Linked Client to Orders.");

    // Backwards, and with the target out of sight at first.
    await app.tap(zoomIn);
    await app.tap(zoomIn);
    await app.tap(into);
    await expect(app.said).toContainText("Connecting to zone a");
    await app.swipe([60, 640], [320, 640]);
    await app.tap(app.block("Client"));
    await expect(app.said, "only Carts is left, so nothing is asked").toHaveText("Linked Client to Carts.");

    await app.swipe([320, 640], [60, 640]);
    await app.tap(out);
    await app.swipe([320, 640], [140, 640]);
    await app.tap(app.port("Cache", "in"));
    await app.tap(which.getByRole("option", { name: /^Carts/ }));
    await expect(app.said).toHaveText("Linked Carts to Cache.");
    await expect(app.links).toHaveCount(3);
  });
});
