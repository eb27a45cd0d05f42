// How smooth the page is with many blocks and live traffic, beside React Flow with the same blocks and an empty page, in
// the same browser: for `cargo xtask frames`. Prints the 95th percentile of the time between two frames of each gesture.
//
//   node frames.mjs URL BROWSER [BLOCKS …]
import { readFileSync } from "node:fs";
import { chromium } from "@playwright/test";

const [url, executablePath, ...asked] = process.argv.slice(2);
const SIZES = asked.length > 0 ? asked.map(Number) : [200, 1000, 5000];
/** How long a gesture goes on [ms]. */
const GESTURE = 4000;
/** Time for a page to come to rest [ms]. */
const SETTLE = 3000;
const MIDDLE = [640, 400];

/** Systems of five in rows of the screen: a client, three services, a database; some also call those of the next system. */
const across = (count) => Math.max(1, Math.round(Math.sqrt(count / 5 / 3)));
function grid(count) {
  const nodes = [];
  const links = [];
  for (let index = 0; index < count; index += 1) {
    const [system, part] = [Math.floor(index / 5), index % 5];
    const [x, y] = [[0, 60], [240, 60], [480, 0], [480, 120], [720, 60]][part];
    const block = part === 0 ? { block: "client", rate: 2 } : { block: part === 4 ? "sql-database" : "app-server" };
    const at = [(system % across(count)) * 1020 + x, Math.floor(system / across(count)) * 300 + y];
    nodes.push({ id: index + 1, ...block, name: `Block ${index + 1}`, at });
  }
  for (let first = 1; first + 4 <= count; first += 5) {
    const [client, api, one, two, base] = [0, 1, 2, 3, 4].map((part) => first + part);
    links.push([client, api], [api, one], [api, two], [one, base], [two, base]);
    if (base + 5 <= count) links.push([two, base + 5]);
    if (base + 5 <= count) links.push([one, two + 5]);
    if (base + 5 <= count && first % 2 === 0) links.push([one, base + 5]);
  }
  return { headroom: 1, name: `${count} blocks`, nodes, links };
}

/** Times between frames while something goes on, and their 95th percentile [ms]. */
async function frames(page, act) {
  await page.evaluate(() => {
    window.times = [];
    const next = (now) => { window.times.push(now); window.asked = requestAnimationFrame(next); };
    window.asked = requestAnimationFrame(next);
  });
  await act();
  const times = await page.evaluate(() => (cancelAnimationFrame(window.asked), window.times));
  const gaps = times.slice(1).map((time, index) => time - times[index]).sort((a, b) => a - b);
  return gaps[Math.min(gaps.length - 1, Math.floor(0.95 * gaps.length))];
}

/** Moves the mouse in circles. */
async function circle(page, [x, y], radius, act = (at) => page.mouse.move(...at)) {
  const begin = performance.now();
  for (let step = 0; performance.now() - begin < GESTURE; step += 1) {
    await act([x + radius * Math.sin(step / 12), y + radius * (1 - Math.cos(step / 12))]);
  }
}

async function held(page, from, radius, button = "left") {
  await page.mouse.move(...from);
  await page.mouse.down({ button });
  const time = await frames(page, () => circle(page, from, radius));
  await page.mouse.up({ button });
  return time;
}

async function zoom(page) {
  await page.mouse.move(...MIDDLE);
  await page.keyboard.down("Control");
  let step = 0;
  const time = await frames(page, () => circle(page, MIDDLE, 0, async () => {
    await page.mouse.wheel(0, Math.floor(step++ / 30) % 2 === 0 ? -40 : 40);
  }));
  await page.keyboard.up("Control");
  return time;
}

/** Size of a card [canvas units]. */
const CARD = [176, 76];
/** The point of the screen where a point of the canvas is. */
const at = ({ x, y, zoom }, [left, top]) => [x + left * zoom, y + top * zoom];
/** The middle of a block on the screen. */
const middle = (view, node) => at(view, [node.at[0] + CARD[0] / 2, node.at[1] + CARD[1] / 2]);
/** A block near the middle of the design: the `part`th of its system. */
const central = ({ nodes }, part) => {
  const columns = across(nodes.length);
  return nodes[5 * (columns * Math.floor(nodes.length / 10 / columns) + Math.floor(columns / 2)) + part];
};
/** Two columns of systems and five rows in the middle, from a little beyond their top left corner to beyond their bottom right one. */
const fifty = (design) => {
  const { at: [left, top] } = central(design, 2);
  const corner = [left - 480 - 1020, top - 600];
  return [[corner[0] - 40, corner[1] - 40], [corner[0] + 1020 + 720 + CARD[0] + 40, corner[1] + 4 * 300 + 120 + CARD[1] + 40]];
};

/** Draws a rectangle around fifty blocks; a point on one of them. */
async function choose(page, view, design) {
  const [from, to] = fifty(design).map((corner) => at(view, corner));
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move(...to, { steps: 5 });
  await page.mouse.up();
  return middle(view, central(design, 2));
}

async function ours(browser, design) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const errors = [];
  page.on("pageerror", (error) => errors.push(error));
  const begin = performance.now();
  // As a saved design: a link that can be read holds no five thousand blocks.
  await page.addInitScript((mine) => localStorage.setItem("headroom.mine", mine), JSON.stringify({ design: JSON.stringify(design), guest: null, lesson: null }));
  await page.goto(url);
  await page.locator('.page[aria-busy="false"]').waitFor({ timeout: 120_000 });
  const result = { open: performance.now() - begin };
  await page.waitForTimeout(SETTLE);
  const look = () => page.locator(".world").first().evaluate((world) => {
    const { a, e, f } = new DOMMatrix(getComputedStyle(world).transform);
    const box = world.parentElement.getBoundingClientRect();
    return { x: e + box.x, y: f + box.y, zoom: a };
  });
  const viewport = await look();
  result.still = await frames(page, () => page.waitForTimeout(GESTURE));
  result.pan = await held(page, MIDDLE, 60, "middle");
  result.zoom = await zoom(page);
  await page.keyboard.press("Escape");
  await page.locator(".zoom").getByText("Fit").click();
  await page.waitForTimeout(500);
  const view = await look();
  result.one = await held(page, middle(view, central(design, 2)), 40);
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Escape");
  const inside = await choose(page, view, design);
  result.chosen = Number((await page.locator("#inspector h2").textContent()).replace(/\D/g, ""));
  result.fifty = await held(page, inside, 40);
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Escape");
  await page.mouse.click(...middle(view, central(design, 2)));
  const name = page.getByLabel("Name of the block");
  await name.focus();
  result.type = await frames(page, async () => {
    const begin = performance.now();
    while (performance.now() - begin < GESTURE) {
      await page.keyboard.press("x");
      await page.waitForTimeout(60);
    }
  });
  await page.keyboard.press("Escape");
  await page.mouse.click(...middle(view, central(design, 0)));
  result.edit = await edit(page);
  await page.close();
  if (errors.length > 0) throw errors[0];
  return { result, viewport };
}

/** From the key that changes a figure to the picture that shows what follows from it; the median of five [ms]. */
async function edit(page) {
  const field = page.locator("#inspector input").nth(1);
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    await field.focus();
    await page.keyboard.press("End");
    await field.evaluate(() => {
      window.editTook = null;
      addEventListener("keydown", () => {
        const begin = performance.now();
        new MutationObserver((_, observer) => {
          observer.disconnect();
          // A message follows once the frame is made; a timer would wait behind frames of the traffic.
          const { port1, port2 } = new MessageChannel();
          port2.onmessage = () => (window.editTook = performance.now() - begin);
          requestAnimationFrame(() => port1.postMessage(null));
        }).observe(document.querySelector(".hud"), { subtree: true, childList: true, characterData: true });
      }, { once: true, capture: true });
    });
    await page.waitForTimeout(50);
    await page.keyboard.press(String(1 + round));
    const took = await page.waitForFunction(() => window.editTook, null, { timeout: 5000 }).then((it) => it.jsonValue(), () => NaN);
    times.push(took);
    await page.waitForTimeout(700);
    await page.keyboard.press("Backspace");
    await page.waitForTimeout(700);
  }
  return times.sort((a, b) => a - b)[2];
}

async function reactFlow(browser, design, viewport, { script, style }) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.route("http://flow.test/**", (route) => {
    const path = new URL(route.request().url()).pathname;
    const [contentType, body] = path === "/page.js" ? ["text/javascript", script] : path === "/page.css" ? ["text/css", style]
      : ["text/html", "<!doctype html><link rel=stylesheet href=page.css><div id=root></div><script src=page.js></script>"];
    return route.fulfill({ contentType, body });
  });
  await page.addInitScript((flow) => { window.flow = flow; }, { design, viewport, visibleOnly: false });
  const begin = performance.now();
  await page.goto("http://flow.test/");
  await page.locator(".react-flow__node").nth(design.nodes.length - 1).waitFor({ state: "attached", timeout: 120_000 });
  const result = { open: performance.now() - begin };
  await page.waitForTimeout(SETTLE);
  result.still = await frames(page, () => page.waitForTimeout(GESTURE));
  const pane = await page.locator(".react-flow__pane").boundingBox();
  result.pan = await held(page, [pane.width - 12, 300], 60);
  result.zoom = await zoom(page);
  await page.reload();
  await page.locator(".react-flow__node").nth(design.nodes.length - 1).waitFor({ state: "attached", timeout: 120_000 });
  await page.waitForTimeout(SETTLE);
  result.one = await held(page, middle(viewport, central(design, 2)), 40);
  await page.keyboard.down("Shift");
  const inside = await choose(page, viewport, design);
  await page.keyboard.up("Shift");
  result.chosen = await page.locator(".react-flow__node.selected").count();
  result.fifty = await held(page, inside, 40);
  await page.close();
  return result;
}

async function empty(browser) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const time = await frames(page, () => circle(page, MIDDLE, 60));
  await page.close();
  return time;
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking", "--no-first-run"] });
const flow = new URL("./flow/dist/", import.meta.url);
const built = { script: readFileSync(new URL("page.js", flow), "utf8"), style: readFileSync(new URL("page.css", flow), "utf8") };
const COLUMNS = ["open", "still", "pan", "zoom", "one", "fifty", "type", "edit", "chosen"];
const cell = (value) => (value === undefined ? "–" : Number.isFinite(value) ? value.toFixed(value > 99 ? 0 : 1) : "none").padStart(8);
console.log(`p95 of the time between frames [ms]; open: until it can be used, edit: key to picture [ms]\n${"".padEnd(24)}${COLUMNS.map((name) => name.padStart(8)).join("")}`);
console.log(`${"empty page".padEnd(24)}${cell(await empty(browser))}`);
for (const size of SIZES) {
  const design = grid(size);
  const { result, viewport } = await ours(browser, design);
  console.log(`${`Headroom, ${size} blocks`.padEnd(24)}${COLUMNS.map((name) => cell(result[name])).join("")}`);
  const other = await reactFlow(browser, design, viewport, built);
  console.log(`${`React Flow, ${size} blocks`.padEnd(24)}${COLUMNS.map((name) => cell(other[name])).join("")}`);
}
console.log(`${"empty page, again".padEnd(24)}${cell(await empty(browser))}`);
await browser.close();
