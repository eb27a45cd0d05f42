// Draws static/icon.svg into the PNG files that an installed page needs: node www/app-icons.mjs, whenever the icon changes.
// Needs the packages of tests/e2e and a browser, which $HEADROOM_CHROMIUM names.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../tests/e2e/", import.meta.url))("playwright-core");
const svg = readFileSync(new URL("../static/icon.svg", import.meta.url), "utf8");
const folder = new URL("../static/icons/", import.meta.url);
/** Name, side [px], and the share of it that the symbol takes: a maskable icon may lose a tenth at each edge. */
const ICONS = [["192", 192, 0.7], ["512", 512, 0.7], ["maskable", 512, 0.5]];

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.HEADROOM_CHROMIUM, args: ["--no-sandbox"] });
for (const [name, side, share] of ICONS) {
  const page = await browser.newPage({ viewport: { width: side, height: side } });
  const round = name === "maskable" ? 0 : side * 0.18;
  await page.setContent(`<style>html,body{margin:0}body{background:transparent}
    div{width:${side}px;height:${side}px;display:grid;place-items:center;background:#fff;border-radius:${round}px}
    svg{width:${side * share}px}</style><div>${svg}</div>`);
  await page.screenshot({ path: new URL(`${name}.png`, folder).pathname, omitBackground: true });
  await page.close();
}
await browser.close();
