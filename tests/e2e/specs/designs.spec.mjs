// A person's work stays: named designs, earlier versions, a second tab, a tab that dies.
import { expect, test } from "../fixtures.mjs";
import { App, example, fragment } from "../app.mjs";

const designs = (page) => page.getByRole("button", { name: "Designs", exact: true });
const row = (app, name) => app.dialog.getByRole("listitem").filter({ hasText: name });

/** Gives the open design a name. */
async function call(app, name) {
  await app.page.getByLabel("Name of the design").first().fill(name);
  await app.saved();
}

test("several named designs: open, rename, duplicate, delete and bring back", async ({ app, page }) => {
  const shop = await app.openOwn();
  await call(app, "Shop");
  await designs(page).click();
  await app.dialog.getByRole("button", { name: "New design" }).click();
  await expect(app.blocks).toHaveCount(0);
  await app.add("Client");
  await call(app, "News");

  await designs(page).click();
  await expect(row(app, "News")).toContainText("1 block, 0 links");
  await row(app, "Shop").getByRole("button", { name: "Rename" }).click();
  await app.dialog.getByRole("textbox").fill("Store");
  await app.dialog.getByRole("textbox").press("Enter");
  await row(app, "Store").getByRole("button", { name: "Duplicate" }).click();
  await expect(row(app, "Store copy")).toContainText(`${shop} blocks`);
  await row(app, "Store copy").getByRole("button", { name: "Delete" }).click();
  const deleted = app.dialog.getByRole("region", { name: "Deleted" });
  await expect(deleted).toContainText("Store copy");
  await deleted.getByRole("button", { name: "Bring back “Store copy”" }).click();
  await expect(deleted).toHaveCount(0);
  await page.screenshot({ path: "shots/designs.png" });
  await row(app, "Store copy").getByRole("button").first().click();
  await expect(app.blocks).toHaveCount(shop);
  await expect(page.getByLabel("Name of the design")).toHaveValue("Store copy");

  // A reload opens what this tab had open.
  await page.reload();
  await app.ready();
  await expect(page.getByLabel("Name of the design")).toHaveValue("Store copy");
});

test("a changed copy of a link stays among the designs, one only looked at does not", async ({ app, page }) => {
  await app.openOwn();
  await call(app, "Mine");
  await app.openDesign(example("one-box"));
  await page.getByRole("button", { name: "Back to mine" }).click();
  await expect(page.getByLabel("Name of the design")).toHaveValue("Mine");
  await app.open(fragment(example("read-replicas")));
  await app.add("Cache");
  await app.saved();
  await page.getByRole("button", { name: "Back to mine" }).click();
  await designs(page).click();
  await expect(app.dialog.getByRole("listitem")).toHaveCount(2);
  await expect(row(app, example("read-replicas").name)).toContainText("copy");
});

test("an earlier version is restored, and that can be undone", async ({ app, page }) => {
  await app.openDesign(example("one-box"));
  const before = await app.blocks.count();
  await app.add("Cache");
  await app.saved();
  await designs(page).click();
  await app.dialog.getByRole("button", { name: "Earlier versions" }).click();
  await expect(app.dialog).toContainText(`${before} blocks`);
  await page.screenshot({ path: "shots/versions.png" });
  await app.dialog.getByRole("button", { name: "Restore" }).first().click();
  await expect(app.blocks).toHaveCount(before);
  await app.undo.click();
  await expect(app.blocks).toHaveCount(before + 1);
});

test("two tabs with one design never overwrite each other", async ({ app, context, page }) => {
  const count = await app.openOwn();
  await call(app, "Shop");
  const other = new App(await context.newPage());
  await other.open();
  await expect(other.page.getByLabel("Name of the design")).toHaveValue("Shop");
  await other.add("Client");
  await other.saved();
  // This tab holds what it held, now as a copy; both are there.
  await expect(page.getByText("Your design, which another tab has changed since", { exact: true })).toBeVisible();
  await expect(app.blocks).toHaveCount(count);
  await app.add("DNS");
  await app.add("DNS");
  await app.saved();
  await designs(page).click();
  await expect(app.dialog.getByRole("listitem")).toHaveCount(2);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Back to mine" }).click();
  await expect(app.blocks).toHaveCount(count + 1);
});

test("a tab that dies costs nothing", async ({ app, context, page, watched }) => {
  watched.expected = [/crash/i];
  const count = await app.openOwn();
  await call(app, "Shop");
  const died = page.waitForEvent("crash");
  page.goto("chrome://crash").catch(() => {});
  await died;
  const next = new App(await context.newPage());
  await next.open();
  await expect(next.page.getByLabel("Name of the design")).toHaveValue("Shop");
  await expect(next.blocks).toHaveCount(count);
});
