// What people meet who do not see the canvas, hold no mouse or need large letters.
import AxeBuilder from "@axe-core/playwright";
import { PHONE } from "../app.mjs";
import { expect, test } from "../fixtures.mjs";

/** Every view of the page, one after the other: a name, and the part of the page that is new in it. */
async function views(app, page, look) {
  const dialog = async (name, open) => {
    await open();
    await expect(app.dialog).toBeVisible();
    await look(name, "dialog");
    await page.keyboard.press("Escape");
    await expect(app.dialog).toHaveCount(0);
  };
  const tab = (name) => page.getByRole("tab", { name, exact: true }).click();
  await app.open();
  await app.play();
  await expect(page.getByRole("button", { name: "Open the charts large" })).toBeVisible({ timeout: 20_000 });
  await tab("Latency");
  await expect(page.getByRole("table", { name: "Percentiles" })).toBeVisible({ timeout: 20_000 });
  // From here on it stands still: what runs beside it only makes this slow.
  await app.run.getByRole("button", { name: "Pause" }).click();
  await look("first visit", "body");
  await dialog("distribution", () => page.getByRole("button", { name: "Open the distribution large" }).click());
  await tab("Slow request");
  await expect(page.getByRole("table", { name: "The calls of the request" })).toBeVisible();
  await look("dock: slow request", ".dock");
  await dialog("slow request", () => page.getByRole("button", { name: "Open the request large" }).click());
  await tab("Time series");
  await look("dock: time series", ".dock");
  await dialog("charts", () => page.getByRole("button", { name: "Open the charts large" }).click());
  await tab("Faults");
  await page.getByLabel("Add a fault").selectOption({ label: "Slow down" });
  await tab("Availability");
  await look("dock: faults, availability", ".dock");
  await tab("Examples");
  await look("palette: examples", ".palette");
  await tab("Blocks");
  await app.select("Database");
  await look("inspector: block", ".inspector");
  for (const name of ["Results", "Learn"]) {
    const found = app.inspector.getByRole("tab", { name, exact: true });
    if (await found.count()) {
      await found.click();
      await look(`inspector: ${name}`, ".inspector");
    }
  }
  await app.setTraffic(2);
  await expect(app.block("Database")).toHaveAttribute("data-state", "saturated");
  await look("saturated", ".stage");
  await look("inspector of a saturated block", ".inspector");
  await app.selectLink("App server", "Database");
  await look("inspector: link", ".inspector");
  await app.block("Database").click({ button: "right" });
  await look("context menu", ".menu");
  await page.keyboard.press("Escape");
  await app.select("Database");
  await page.keyboard.press("Control+g");
  await expect(app.inspector).toContainText(/zone|host/i);
  await look("inspector: group", ".inspector");
  await dialog("share", () => page.getByRole("button", { name: "Share", exact: true }).click());
  await dialog("commands", () => page.keyboard.press("Control+k"));
  await dialog("shortcuts", () => page.getByRole("button", { name: "Keyboard shortcuts" }).click());
  await dialog("compare", async () => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Find a command" }).fill("compare");
    await page.keyboard.press("Enter");
    await app.dialog.getByLabel("Compare with").selectOption("opened");
  });
  await page.getByRole("button", { name: "Blocks as a table" }).click();
  await look("table", ".stage");
  await page.getByRole("button", { name: "Back to the canvas" }).click();
  await dialog("exercises", () => page.getByRole("button", { name: "Exercises" }).first().click());
  await page.getByRole("button", { name: "Exercises" }).first().click();
  await app.dialog.locator(".entry").first().click();
  await expect(page.getByRole("region", { name: "Goals" })).toBeVisible();
  await look("exercise", "body");
}

/** The complaints of axe about a part of what is shown now, as lines. */
async function complaints(page, name, part = "body", rules) {
  const builder = new AxeBuilder({ page }).include(part);
  const { violations } = await (rules ? builder.withRules(rules) : builder).analyze();
  return violations.flatMap((found) => found.nodes.map((node) => `${name}: ${found.id}: ${node.target.join(" ")}: ${node.any[0]?.message ?? found.help}`));
}

for (const colorScheme of ["light", "dark"]) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test(`axe finds nothing to complain of in any view: ${colorScheme}`, async ({ app, page }) => {
      test.setTimeout(180_000);
      let seen = 0;
      // What does not depend on colors is the same in both.
      const rules = colorScheme === "dark" ? ["color-contrast"] : undefined;
      await views(app, page, async (name, part) => {
        seen += 1;
        const found = await complaints(page, name, part, rules);
        // Told at once: the report of a long walk comes late.
        if (found.length > 0) console.log(found.join("\n"));
        expect.soft(found).toEqual([]);
      });
      console.log(`figure: axe, ${colorScheme}: ${seen} views`);
    });
  });
}

test.describe("phone", () => {
  test.use(PHONE);
  test("axe finds nothing to complain of on a phone", async ({ app, page }) => {
    await app.open();
    const all = await complaints(page, "phone");
    for (const sheet of ["Blocks", "Inspect", "Findings"]) {
      const button = page.getByRole("navigation", { name: "Panels" }).getByRole("button", { name: sheet });
      await button.click();
      all.push(...(await complaints(page, `sheet: ${sheet}`)));
      await button.click();
    }
    await page.getByRole("navigation", { name: "Panels" }).getByRole("button", { name: "Table" }).click();
    all.push(...(await complaints(page, "table on a phone")));
    expect(all).toEqual([]);
  });
});

test("by keys alone: three blocks, links, a parameter, a run, a finding with its fix, a link to share", async ({ app, page }) => {
  await app.openEmpty();
  const canvas = page.getByRole("application");
  await canvas.focus();
  // The palette is a list of buttons like any other; Enter adds, and Alt+Enter in its search also connects.
  const find = page.getByLabel("Find a block");
  for (const [kind, keys] of [["Client", "Enter"], ["App server", "Alt+Enter"], ["SQL database", "Alt+Enter"]]) {
    await find.focus();
    await find.fill(kind);
    await page.keyboard.press(keys);
    await expect(app.block(kind)).toBeVisible();
  }
  await expect(app.links).toHaveCount(2);
  // C connects: here back to the store from the client is refused or chosen among what is left.
  await canvas.focus();
  await page.keyboard.press("Alt+ArrowLeft");
  await page.keyboard.press("Enter");
  const name = app.inspector.getByLabel("Name of the block");
  await expect(name).toHaveValue(/App server|Client/);
  await canvas.focus();
  await page.keyboard.press("Alt+ArrowLeft");
  await expect(name).toHaveValue("Client");
  await page.keyboard.press("c");
  await expect(app.said).toContainText("SQL database, 1 of 1");
  await page.keyboard.press("Escape");
  await expect(app.said).toContainText("Not connected.");
  await app.inspector.getByLabel("Requests", { exact: true }).or(app.inspector.getByLabel(/^Rate|^Requests/)).first().fill("900");
  await page.keyboard.press("Enter");
  await canvas.focus();
  await page.keyboard.press("Space");
  const fix = app.findings.getByRole("article").first().getByRole("button").nth(1);
  await expect(fix).toBeVisible();
  const before = await app.findings.getByRole("article").first().textContent();
  await fix.focus();
  await page.keyboard.press("Enter");
  await expect(app.said).toContainText(/^Done: .* Undo takes it back\.$/);
  await expect.poll(() => app.findings.getByRole("article").first().textContent()).not.toBe(before);
  await page.getByRole("button", { name: "Share", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(app.dialog).toBeVisible();
  await page.getByRole("button", { name: /^Copy/ }).first().focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/#d(esign|1)/);
  await page.keyboard.press("Escape");
  await expect(app.dialog).toHaveCount(0);
});

test("what a screen reader gets: names, states in words, and what happened", async ({ app, page }) => {
  await app.open();
  const status = app.said;
  await expect(page.getByRole("application")).toHaveAccessibleName(/^Canvas, \d+ blocks\. /);
  await expect(app.block("Database")).toHaveAccessibleName(/^Database, SQL database, (calm|busy|hot|saturated)/);
  await expect(page.getByRole("alert")).toHaveText("");
  await app.select("Database");
  await page.keyboard.press("k");
  await expect(status).toHaveText("Database killed.");
  await expect(app.block("Database")).toHaveAccessibleName(/down/, { timeout: 15_000 });
  await page.keyboard.press("k");
  await expect(status).toHaveText("Database revived.");
  // A refusal is said at once.
  await page.keyboard.press("c");
  await expect(page.getByRole("alert")).toContainText("calls nobody");
  for (const name of ["Palette", "Inspector"]) await expect(page.getByRole("complementary", { name })).toBeVisible();
  await expect(page.getByRole("region", { name: "Findings and charts" })).toBeVisible();
});

test("single keys can be switched off, and stay off", async ({ app, page }) => {
  await app.open();
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await app.dialog.getByLabel("Single keys").uncheck();
  await page.keyboard.press("Escape");
  await app.focusCanvas();
  await page.keyboard.press("t");
  await expect(page.getByRole("region", { name: "Blocks as a table" })).toHaveCount(0);
  await page.keyboard.press("Control+Shift+l");
  await expect(page.getByRole("region", { name: "Blocks as a table" })).toBeVisible();
  await page.reload();
  await app.ready();
  await app.focusCanvas();
  await page.keyboard.press("t");
  await expect(page.getByRole("region", { name: "Blocks as a table" })).toHaveCount(0);
});

test.describe("with reduced motion", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });
  test("rates stand on the links, and nothing moves", async ({ app, page }) => {
    await app.open();
    await app.play();
    await page.waitForTimeout(1500);
    await expect(page.locator(".labels text").first()).toHaveText(/\/s/);
    const picture = () => page.locator(".stage canvas").first().evaluate((canvas) => canvas.toDataURL());
    const before = await picture();
    await page.waitForTimeout(700);
    expect(await picture()).toBe(before);
  });
});

/** Texts of a part of the page that are cut off, and controls that cannot be scrolled into the window. */
function lost(root) {
  const cut = [];
  for (const element of document.querySelectorAll(`${root} *`)) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    const control = element.matches("button, input, select, textarea, summary, a");
    // The canvas has a zoom of its own, and the browser shows an option as it likes.
    if (!(own || control) || element.closest(".world, option, .hidden, canvas") || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    // Names that only a screen reader reads have no room.
    if (element.clientWidth === 1) continue;
    // What ends in three dots is whole in its tip or in the inspector.
    const hides = /hidden|clip/.test(style.overflowX + style.overflowY) && style.textOverflow !== "ellipsis";
    if (hides && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)) {
      cut.push(`cut: ${element.className} ${element.textContent.trim().slice(0, 40)}`);
    }
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const inside = left > -1 && right < innerWidth + 1 && (bottom - top > innerHeight || (top > -1 && bottom < innerHeight + 1));
    if (!inside) cut.push(`out of reach: ${element.className} ${(element.ariaLabel ?? element.textContent).trim().slice(0, 40)}`);
  }
  return cut;
}

test("letters twice as large, as the browser's text size sets them, lose nothing", async ({ app, page }) => {
  const browser = await page.context().newCDPSession(page);
  await browser.send("Page.enable");
  await browser.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
  await app.open();
  expect(await page.evaluate(() => Number.parseFloat(getComputedStyle(document.body).fontSize)), "twice 13").toBe(26);
  expect(await page.evaluate(lost, ".page")).toEqual([]);
  for (const [sheet, root] of [["Blocks", ".palette"], ["Inspect", ".inspector"], ["Findings", ".dock"]]) {
    const button = page.getByRole("navigation", { name: "Panels" }).getByRole("button", { name: sheet });
    await button.click();
    expect(await page.evaluate(lost, root), sheet).toEqual([]);
    await button.click();
  }
  for (const [keys, name] of [["Control+Shift+S", /Share/], ["?", /Keyboard/]]) {
    await app.canvas.locator(".canvas").focus();
    await page.keyboard.press(keys);
    await expect(page.getByRole("dialog", { name })).toBeVisible();
    expect(await page.evaluate(lost, "dialog"), String(name)).toEqual([]);
    await page.keyboard.press("Escape");
  }
});
