// Where the parts of the page stand, whether they are seen and how they are painted, against places.json. Places and not
// pixels: letters differ from machine to machine. `HEADROOM_BLESS=1 cargo xtask browser places` writes the file anew.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "../fixtures.mjs";

const FILE = new URL("../places.json", import.meta.url);
const BLESS = Boolean(process.env.HEADROOM_BLESS);
const known = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : {};

/** What a frame's edge may be off [px], and that of what is as wide as its text. */
const [FIRM, SOFT] = [6, 40];

/** The named parts: those that the layout alone places, and those that its text makes wider. */
const parts = (app, page) => ({
  firm: {
    toolbar: page.getByRole("banner"),
    palette: app.palette,
    canvas: app.canvas,
    inspector: app.inspector,
    findings: app.findings,
    "what breaks first": app.ladder,
    "time series": app.chart,
    panels: page.getByRole("navigation", { name: "Panels" }),
    "app server": app.block("App server"),
    database: app.block("Database"),
  },
  soft: {
    table: page.getByRole("table", { name: "Blocks" }),
    figures: page.locator(".hud"),
    run: app.run,
    traffic: app.traffic,
    undo: app.undo,
    share: page.getByRole("button", { name: "Share", exact: true }).first(),
    zoom: page.getByRole("group", { name: "Zoom" }),
    map: page.locator(".minimap"),
    name: app.inspector.getByLabel("Name of the block"),
    dialog: app.dialog,
  },
});

/** Box of a part [px] as left, top, right and bottom; `null` where it is not seen. */
async function box(locator) {
  const found = locator.first();
  if (!(await found.isVisible())) return null;
  const { x, y, width, height } = await found.boundingBox();
  return [x, y, x + width, y + height].map(Math.round);
}

/** Ground and letters of a part. */
const paint = (locator) =>
  locator.first().evaluate((element) => {
    const { backgroundColor, color } = getComputedStyle(element);
    return `${backgroundColor} ${color}`;
  });

/** Holds a view to what is known of it, in both themes. */
async function hold(app, page, view) {
  const seen = { firm: {}, soft: {}, paint: {} };
  const all = parts(app, page);
  for (const kind of ["firm", "soft"]) {
    for (const [name, locator] of Object.entries(all[kind])) seen[kind][name] = await box(locator);
  }
  for (const theme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme: theme });
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
    for (const name of ["toolbar", "inspector", "palette"]) {
      if (seen.firm[name]) seen.paint[`${name}, ${theme}`] = await paint(all.firm[name]);
    }
  }
  if (BLESS) {
    known[view] = seen;
    writeFileSync(FILE, `${JSON.stringify(known, null, 1).replace(/\n\s+(?=-?\d|\])/g, " ")}\n`);
    return;
  }
  const off = (a, b, most) => (a === null || b === null ? a !== b : a.some((edge, at) => Math.abs(edge - b[at]) > most));
  for (const [kind, most] of [["firm", FIRM], ["soft", SOFT]]) {
    for (const [name, now] of Object.entries(seen[kind])) {
      const before = known[view][kind][name];
      expect.soft(off(now, before, most), `${view}: ${name} stood at ${before}, stands at ${now}`).toBe(false);
    }
  }
  expect.soft(seen.paint, `${view}: colors`).toEqual(known[view].paint);
}

for (const [screen, viewport] of [["desk", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
  test(`every part of the page is where it was: ${screen}`, async ({ app, page }) => {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await app.open();
    await expect(page.locator(".hud")).toBeVisible();
    await expect(app.block("Database")).toBeVisible();
    await hold(app, page, `${screen}: first visit`);
    await app.block("App server").click();
    await hold(app, page, `${screen}: a block is selected`);
    await app.canvas.locator(".canvas").focus();
    for (const [keys, view] of [["Control+Shift+S", "share"], ["Control+Shift+O", "designs"], ["Control+k", "commands"]]) {
      await page.keyboard.press(keys);
      await expect(app.dialog).toBeVisible();
      await hold(app, page, `${screen}: ${view}`);
      await page.keyboard.press("Escape");
      await expect(app.dialog).toHaveCount(0);
      await app.canvas.locator(".canvas").focus();
    }
    await page.keyboard.press("t");
    await hold(app, page, `${screen}: table`);
  });
}
