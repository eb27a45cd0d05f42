// Pictures for the eye: the page's main states in light and dark, under tests/e2e/shots.
import { PHONE } from "../app.mjs";
import { expect, test } from "../fixtures.mjs";

for (const colorScheme of ["light", "dark"]) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    const shot = (page, name) => page.screenshot({ path: `shots/${name}-${colorScheme}.png` });

    test(`first visit, saturated, killed: ${colorScheme}`, async ({ app, page }) => {
      await app.open();
      await app.play();
      await page.waitForTimeout(4000);
      await shot(page, "first-visit");
      await app.select("Database");
      await app.setTraffic(2);
      await expect(app.block("Database")).toHaveAttribute("data-state", "saturated");
      await page.waitForTimeout(4000);
      await shot(page, "saturated");
      await app.setTraffic(1);
      await app.block("Load balancer").click({ button: "right" });
      await page.getByRole("menuitem", { name: /^Kill/ }).first().click();
      await page.waitForTimeout(4000);
      await shot(page, "killed");
    });

    test(`a zone, faults: ${colorScheme}`, async ({ app, page }) => {
      await page.setViewportSize({ width: 1366, height: 768 });
      await app.open();
      await app.play();
      await app.block("App server").click();
      await app.block("Database").click({ modifiers: ["Shift"] });
      await page.keyboard.press("Control+g");
      await page.waitForTimeout(2000);
      await shot(page, "zone");
      await page.getByRole("tab", { name: "Faults" }).click();
      const faults = page.getByRole("region", { name: "Faults" });
      await faults.getByLabel("Add a fault").selectOption({ label: "Slow down" });
      await faults.getByLabel("Add a fault").selectOption({ label: "Traffic spike" });
      await shot(page, "faults");
      await app.block("Database").click({ button: "right" });
      await shot(page, "menu");
    });

    test(`exercise: ${colorScheme}`, async ({ app, page }) => {
      await app.open();
      await page.getByRole("button", { name: "Exercises" }).first().click();
      await expect(app.dialog).toBeVisible();
      await shot(page, "exercises");
    });

    test.describe("phone", () => {
      test.use({ ...PHONE, deviceScaleFactor: 2 });
      test(`phone: ${colorScheme}`, async ({ app, page }) => {
        await app.open();
        await page.waitForTimeout(3000);
        await shot(page, "phone");
      });
    });
  });
}
