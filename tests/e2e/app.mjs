// The page as a person meets it: by roles, names and real pointer and key events. The one place that knows selectors.
import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";

/** Text of a file of the repository. */
export const file = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** A design as the readable fragment of a link. */
export const fragment = (design) => `#design=${encodeURIComponent(JSON.stringify(design))}`;

/** An example by the name of its file. */
export const example = (id) => JSON.parse(file(`static/examples/${id}.json`));

/** A phone, as the browser plays one. */
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Prints a figure for the closing note. */
export const figure = (name, value) => console.log(`figure: ${name}: ${value}`);

export class App {
  constructor(page) {
    this.page = page;
    this.blocks = page.locator("[data-node]");
    this.links = page.locator("[data-link]");
    this.canvas = page.getByRole("main");
    this.palette = page.getByRole("complementary", { name: "Palette" });
    this.inspector = page.getByRole("complementary", { name: "Inspector" });
    this.findings = page.getByRole("region", { name: "Findings", exact: true });
    this.ladder = page.getByRole("region", { name: "What breaks first" });
    this.chart = page.getByRole("region", { name: "Time series" });
    this.dialog = page.getByRole("dialog");
    this.traffic = page.getByRole("slider", { name: "Traffic" });
    this.run = page.getByRole("group", { name: "Run", exact: true });
    this.undo = page.getByRole("button", { name: "Undo", exact: true });
    this.redo = page.getByRole("button", { name: "Redo", exact: true });
    this.said = page.locator("[role=status][aria-live]");
  }

  /** Opens the page anew: with what stands behind its address, or by a whole link. */
  async open(behind = "") {
    // Another # alone would not load the page again.
    if (behind && this.page.url() !== "about:blank") await this.page.goto("about:blank");
    await this.page.goto(behind.includes("://") ? behind : `./${behind}`);
    await this.ready();
  }

  /** Opens a design through its readable link. */
  async openDesign(design) {
    await this.open(fragment(design));
    await expect(this.blocks).toHaveCount(design.nodes.length);
  }

  /** Opens the page with a design that the person has changed, so that it is kept; the number of its blocks. */
  async openOwn() {
    await this.open();
    await this.add("Cache");
    await this.saved();
    return this.blocks.count();
  }

  /** Waits until the design is saved as far as its name, its blocks and its links go. */
  async saved() {
    const name = await this.page.getByLabel("Name of the design").first().inputValue();
    const shown = [name, await this.blocks.count(), await this.links.count()];
    const kept = () =>
      this.page.evaluate(() => {
        const slot = JSON.parse(localStorage.getItem(`headroom.design.${sessionStorage.getItem("headroom.open")}`));
        return slot && [slot.name, slot.blocks, slot.links];
      });
    await expect.poll(kept).toEqual(shown);
  }

  /** Opens a page without any block, by deleting what the first visit shows. */
  async openEmpty() {
    await this.open();
    await this.blocks.first().waitFor();
    await this.canvas.press("Control+a").catch(() => {});
    await this.focusCanvas();
    await this.page.keyboard.press("Control+a");
    await this.page.keyboard.press("Delete");
    await expect(this.blocks).toHaveCount(0);
  }

  /** Waits until the whole program is there: the first screen stands sooner, and cannot be used yet. */
  async ready() {
    await expect(this.canvas).toBeVisible();
    await expect(this.page.locator(".page")).toHaveAttribute("aria-busy", "false");
    await expect(this.undo).toBeAttached();
  }

  /** A block by what the person calls it. */
  block(name) {
    return this.blocks.filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** The title of a group's frame. */
  groupTitle(name) {
    return this.page.locator("[data-group]", { hasText: name });
  }

  /** The port of a block on its calling ("out") or called ("in") side. */
  port(name, side) {
    return this.block(name).locator(`[data-port="${side}"]`);
  }

  /** Adds a block by a click in the palette. */
  async add(kind) {
    const before = await this.blocks.count();
    await this.palette.getByRole("button", { name: kind, exact: true }).click();
    await expect(this.blocks).toHaveCount(before + 1);
  }

  /** Drags a block from the palette to a place on the screen. */
  async dragIn(kind, x, y) {
    const before = await this.blocks.count();
    await this.drag(await center(this.palette.getByRole("button", { name: kind, exact: true })), [x, y]);
    await expect(this.blocks).toHaveCount(before + 1);
  }

  /** Presses at one place, moves to another in steps as a hand does, and lets go. */
  async drag([x, y], [toX, toY], { before = async () => {} } = {}) {
    const mouse = this.page.mouse;
    await mouse.move(x, y);
    await mouse.down();
    await mouse.move((x + toX) / 2, (y + toY) / 2, { steps: 6 });
    await mouse.move(toX, toY, { steps: 6 });
    await before();
    await mouse.up();
  }

  /** Touches the middle of something with a finger. */
  async tap(locator) {
    await this.page.touchscreen.tap(...(await center(locator)));
  }

  /** Moves a finger from one place to another. */
  async swipe([x, y], [toX, toY]) {
    const hand = await this.page.context().newCDPSession(this.page);
    const touch = (type, ...touchPoints) => hand.send("Input.dispatchTouchEvent", { type, touchPoints });
    await touch("touchStart", { x, y });
    for (const way of [0.25, 0.5, 0.75, 1]) await touch("touchMove", { x: x + way * (toX - x), y: y + way * (toY - y) });
    await touch("touchEnd");
    await hand.detach();
  }

  /** Draws a link by dragging from port to port. */
  async connect(from, to) {
    const count = await this.links.count();
    await this.drag(await center(this.port(from, "out")), await center(this.port(to, "in")));
    await expect(this.links).toHaveCount(count + 1);
  }

  /** Draws a link by a click on each port. */
  async connectByClicks(from, to) {
    const count = await this.links.count();
    await this.page.mouse.click(...(await center(this.port(from, "out"))));
    await this.page.mouse.click(...(await center(this.port(to, "in"))));
    await expect(this.links).toHaveCount(count + 1);
  }

  /** Selects a block by a click on it. */
  async select(name) {
    await this.block(name).click();
    await expect(this.inspector.getByLabel("Name of the block")).toHaveValue(name);
  }

  /** Selects a link by a click on its middle; of several between the same blocks the one drawn at this place. */
  async selectLink(from, to, place = 0) {
    const [a, b] = await Promise.all([from, to].map((name) => this.block(name).getAttribute("data-node")));
    const wire = this.page.locator(`[data-ends="${a} ${b}"] .wire`).nth(place);
    const [x, y] = await wire.evaluate((path) => {
      const { x, y } = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
      return [x, y];
    });
    await this.page.mouse.click(x, y);
    await expect(this.inspector.getByRole("heading", { level: 2 })).toContainText(`${from} → ${to}`);
  }

  /** Gives the keyboard to the canvas by a click on an empty place. */
  async focusCanvas() {
    const [x, y] = await this.emptyPlace();
    await this.page.mouse.click(x, y);
  }

  /** A place of the canvas with nothing on it [px]. */
  async emptyPlace() {
    const stage = await this.canvas.boundingBox();
    const boxes = await Promise.all((await this.blocks.all()).map((block) => block.boundingBox()));
    for (let y = stage.y + stage.height - 90; y > stage.y + 120; y -= 20) {
      for (let x = stage.x + 40; x < stage.x + stage.width - 160; x += 20) {
        const far = (box) =>
          !box || x < box.x - 40 || x > box.x + box.width + 40 || y < box.y - 40 || y > box.y + box.height + 40;
        if (boxes.every(far)) return [x, y];
      }
    }
    throw new Error("the canvas is full");
  }

  /** Moves the traffic slider by keys, a step at a time, until it shows at least this much. */
  async setTraffic(multiple) {
    const shown = async () => Number.parseFloat(await this.traffic.getAttribute("aria-valuetext"));
    await this.traffic.focus();
    await this.page.keyboard.press("Home");
    while ((await shown()) < 0.999 * multiple) {
      const far = multiple / (await shown()) > 1.4;
      await this.page.keyboard.press(far ? "PageUp" : "ArrowRight");
    }
  }

  /** State of a block as the card says it: calm, busy, hot, saturated or down. */
  state(name) {
    return this.block(name);
  }

  /** Plays when paused. */
  async play() {
    const button = this.run.getByRole("button", { name: "Run", exact: true });
    if (await button.isVisible()) await button.click();
    await expect(this.run.getByRole("button", { name: "Pause" })).toBeVisible();
  }
}

/** Name and bytes of what an act downloads. */
export async function downloaded(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** Center of what a locator shows [px]. */
export async function center(locator) {
  const box = await locator.boundingBox();
  if (!box) throw new Error(`nothing to point at: ${locator}`);
  return [box.x + box.width / 2, box.y + box.height / 2];
}
