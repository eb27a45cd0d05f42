// How right the numbers are: the page that says so opens from the inspector, in both themes, and nothing sticks out.
import { expect, test } from "../fixtures.mjs";

for (const colorScheme of ["light", "dark"]) {
  test(`the fidelity page: ${colorScheme}`, async ({ app, page, context }) => {
    await page.emulateMedia({ colorScheme });
    await app.open();
    const opened = context.waitForEvent("page");
    await app.inspector.getByRole("link", { name: "How right are these numbers?" }).click();
    const fidelity = await opened;
    await fidelity.emulateMedia({ colorScheme });
    await expect(fidelity.getByRole("heading", { level: 1 })).toHaveText("How right are these numbers?");
    await expect(fidelity.locator("main")).toContainText(/\d+ quantities of systems with known answers: \d+ agree, 0 differ/);
    await expect(fidelity.locator(".differs")).toHaveCount(0);
    await expect(fidelity.locator("html")).toHaveAttribute("data-theme", colorScheme);
    expect(await fidelity.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await fidelity.screenshot({ path: `shots/fidelity-${colorScheme}.png` });
  });
}
