// The page starts: the WASM runs under the strict policy, at the root of a site and in a folder of it.
import { expect, test } from "../fixtures.mjs";

const below = process.env.HEADROOM_URL_BELOW;

test("the page starts under the strict policy", async ({ app, page }) => {
  const response = await page.goto("");
  expect(response.headers()["content-security-policy"]).toContain("default-src 'none'");
  expect(response.headers()["content-security-policy"]).not.toContain("unsafe-inline");
  await app.ready();
  expect(await page.locator("script:not([src])").count()).toBe(0);
});

test("the page starts in a folder of a site", async ({ browser }) => {
  test.skip(!below, "needs a second server; cargo xtask test starts one");
  const context = await browser.newContext({ baseURL: below });
  const own = await context.newPage();
  const failed = [];
  own.on("response", (response) => response.status() >= 400 && failed.push(response.url()));
  await own.goto("");
  await expect(own.getByRole("main")).toBeVisible();
  expect(failed).toEqual([]);
  expect(new URL(own.url()).pathname).not.toBe("/");
  await context.close();
});
