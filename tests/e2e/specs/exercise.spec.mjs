// The URL shortener, step 2: the start fails and says why; built as the hints suggest, it passes.
import { expect, test } from "../fixtures.mjs";

test("do step 2 of the URL shortener", async ({ app, page }) => {
  await app.open();
  await page.getByRole("button", { name: "Exercises" }).first().click();
  await expect(app.dialog).toContainText("URL shortener");
});
