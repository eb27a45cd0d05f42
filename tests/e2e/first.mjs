// Writes down which functions of a recording build are entered before the first screen stands: for `cargo xtask first`.
//
//   node first.mjs URL BROWSER OUT
import { writeFileSync } from "node:fs";
import { chromium } from "@playwright/test";
import { PHONE, example, file, fragment } from "./app.mjs";

const [url, executablePath, out] = process.argv.slice(2);
/** After the first screen, until everything that a frame does has been done [ms]. */
const SETTLE = 1500;
const wide = { viewport: { width: 1440, height: 900 } };
const saved = (design, more = {}) => ({ design: JSON.stringify(design), guest: null, lesson: null, ...more });

/** Many blocks in rows, some links through others: what only large designs enter. */
const many = () => {
  const nodes = Array.from({ length: 400 }, (_, index) => ({
    id: index + 1, block: index % 8 === 0 ? "client" : "app-server", at: [(index % 8) * 240, Math.floor(index / 8) * 120],
  }));
  const links = nodes.filter(({ id }) => id % 8 !== 0).map(({ id }) => [id, id + 1]);
  const through = nodes.filter(({ id }) => id % 16 === 2).map(({ id }) => [id, id + 3]);
  return { headroom: 1, name: "Many", nodes, links: [...links, ...through] };
};

/** Each way in which the page can start: what stands in the browser's storage, and behind the address. */
const STARTS = [
  { screen: wide },
  { screen: { ...wide, colorScheme: "dark" } },
  { screen: PHONE },
  { screen: { ...wide, deviceScaleFactor: 2, reducedMotion: "reduce" } },
  { screen: wide, stored: { "headroom.mine": saved(example("two-regions")) } },
  { screen: wide, stored: { "headroom.mine": saved(example("launch-day")), "headroom.panel.dock": "closed" } },
  {
    screen: wide,
    stored: {
      "headroom.mine": saved(example("one-box")),
      "headroom.copy": saved(example("one-box"), { guest: "An exercise", lesson: ["url-shortener", "read-path"] }),
    },
  },
  ...["three-tiers-with-everything", "one-shop-three-ways", "celebrity-shard", "payments"].map((id) => ({
    screen: wide,
    behind: fragment(example(id)),
  })),
  { screen: wide, behind: `#${file("tests/links/shortener.txt").trim().split("#").at(-1)}` },
  { screen: wide, behind: fragment(many()) },
  { screen: wide, stored: { "headroom.mine": saved(many()) } },
  { screen: wide, behind: "#design=%7Bbroken" },
];

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking", "--no-first-run"] });
const called = new Set();
for (const { screen, stored = {}, behind = "" } of STARTS) {
  const context = await browser.newContext({ baseURL: url, ...screen });
  const page = await context.newPage();
  page.on("pageerror", (error) => { throw error; });
  await page.addInitScript((stored) => {
    for (const [key, value] of Object.entries(stored)) localStorage.setItem(key, typeof value === "string" ? value : JSON.stringify(value));
    addEventListener("headroom-first-screen", (event) => { event.preventDefault(); window.firstScreen = true; });
  }, stored);
  await page.goto(`./${behind}`);
  await page.waitForFunction(() => window.firstScreen);
  await page.waitForTimeout(SETTLE);
  for (const index of await page.evaluate(() => window.headroomCalled)) called.add(index);
  console.log(`${called.size} functions after ${JSON.stringify({ behind: behind.slice(0, 20), stored: Object.keys(stored) })}`);
  await context.close();
}
await browser.close();
writeFileSync(out, [...called].sort((a, b) => a - b).join("\n"));
