// After one visit the page works without a network, and a browser may install it.
import { readdirSync } from "node:fs";
import { expect, test } from "../fixtures.mjs";

test.use({ serviceWorkers: "allow" });

const whole = !readdirSync(new URL("../../../dist/", import.meta.url)).includes("sw.js");

test("after one visit the page opens, draws and runs without a network", async ({ app, page, context, watched }) => {
  test.skip(whole, "a quick build has no service worker");
  watched.expected = [/net::ERR_INTERNET_DISCONNECTED/, /Failed to fetch/];
  await app.open();
  await page.evaluate(async () => {
    const { active, installing, waiting } = await navigator.serviceWorker.ready;
    return active ?? installing ?? waiting;
  });
  await context.setOffline(true);
  await page.reload();
  await app.ready();
  expect(await page.evaluate(() => navigator.serviceWorker.controller?.scriptURL)).toMatch(/\/sw\.js$/);
  await app.add("Cache");
  await app.play();
  await expect(app.chart).toContainText("p99", { timeout: 20_000 });
  await page.goto("./fidelity.html".replace("fidelity", "static/fidelity"));
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await context.setOffline(false);
});

test("the page may be installed", async ({ app, page }) => {
  await app.open();
  const href = await page.locator("link[rel=manifest]").getAttribute("href");
  const { manifest, icons } = await page.evaluate(async (href) => {
    const url = new URL(href, location.href);
    const manifest = await (await fetch(url)).json();
    const sides = manifest.icons.map(async ({ src }) => {
      const image = new Image();
      image.src = new URL(src, url);
      await image.decode();
      return image.naturalWidth;
    });
    return { manifest: { ...manifest, start: new URL(manifest.start_url, url).href }, icons: await Promise.all(sides) };
  }, href);
  expect(manifest.start).toBe(new URL("./", page.url()).href);
  expect(manifest.display).toBe("standalone");
  expect(icons.slice(1)).toEqual([192, 512, 512]);
  expect(manifest.icons.some((icon) => icon.purpose === "maskable")).toBe(true);
});
