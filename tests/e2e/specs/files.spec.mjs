// Designs leave the browser and come back: files, pictures, Mermaid, frames of other pages, paper.
import { expect, test } from "../fixtures.mjs";
import { downloaded, example, fragment } from "../app.mjs";

/** The way of a browser without pickers for files. */
const withoutPickers = (page) =>
  page.addInitScript(() => {
    delete window.showSaveFilePicker;
    delete window.showOpenFilePicker;
  });

/** Pickers that give a real file of the browser's own file system, as a person would choose it. */
const withPickers = (page) =>
  page.addInitScript(() => {
    const handle = async (name) => (await navigator.storage.getDirectory()).getFileHandle(name, { create: true });
    window.showSaveFilePicker = async ({ suggestedName }) => {
      window.asked = (window.asked ?? 0) + 1;
      return handle(suggestedName);
    };
    window.showOpenFilePicker = async () => [await handle(window.chosen)];
  });

/** Drops a file on the page as a hand does. */
async function drop(page, name, bytes) {
  const data = await page.evaluateHandle(
    ([name, bytes]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name));
      return transfer;
    },
    [name, [...bytes]],
  );
  for (const kind of ["dragenter", "dragover", "drop"]) await page.dispatchEvent(".stage", kind, { dataTransfer: data });
}

/** Opens the share dialog and presses one of its buttons. */
async function share(app, page, button) {
  await page.getByRole("button", { name: "Share" }).click();
  await app.dialog.getByRole("button", { name: button, exact: true }).click();
}

test("JSON, PNG and SVG come back as the same design; other files are answered in words", async ({ app, page }) => {
  await withoutPickers(page);
  const design = example("three-tiers-with-everything");
  await app.openDesign(design);
  const json = await downloaded(page, () => page.keyboard.press("Control+s"));
  expect(json.name).toBe("three-tiers-with-everything.headroom.json");
  expect(JSON.parse(json.bytes)).toMatchObject({ headroom: 1, name: design.name, links: design.links });
  const png = await downloaded(page, () => share(app, page, "PNG"));
  expect(png.bytes.subarray(0, 4).toString("latin1")).toBe("\x89PNG");
  const svg = await downloaded(page, () => share(app, page, "SVG"));

  for (const { name, bytes } of [json, png, svg]) {
    await app.openDesign(example("one-box"));
    await drop(page, name, bytes);
    await expect(app.blocks).toHaveCount(design.nodes.length);
    const again = await downloaded(page, () => page.keyboard.press("Control+s"));
    expect(again.bytes.equals(json.bytes), name).toBe(true);
  }
  await drop(page, "cut.png", png.bytes.subarray(0, png.bytes.length - 200));
  await expect(app.dialog).toContainText("cut off");
  await page.keyboard.press("Escape");
  await drop(page, "photo.jpg", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]));
  await expect(app.dialog).toContainText("JPEG");
  await page.keyboard.press("Escape");
  await expect(app.blocks).toHaveCount(design.nodes.length);
});

test("where the browser can ask, Ctrl+S writes back into the file that was opened", async ({ app, page }) => {
  await withPickers(page);
  await app.open();
  await app.add("Cache");
  const count = await app.blocks.count();
  await page.getByLabel("Name of the design").fill("Shop");
  await page.keyboard.press("Control+s");
  await expect(page.getByText("Saved as shop.headroom.json.").first()).toBeAttached();
  await app.add("DNS");
  await page.keyboard.press("Control+s");
  const saved = () =>
    page.evaluate(async () => {
      const folder = await navigator.storage.getDirectory();
      const file = await (await folder.getFileHandle("shop.headroom.json")).getFile();
      return JSON.parse(await file.text()).nodes.length;
    });
  await expect.poll(saved).toBe(count + 1);
  expect(await page.evaluate(() => window.asked), "asked once").toBe(1);
  // Another design, and back by Ctrl+O.
  await page.getByRole("button", { name: "Designs", exact: true }).click();
  await app.dialog.getByRole("button", { name: "New design" }).click();
  await expect(app.blocks).toHaveCount(0);
  await page.evaluate(() => (window.chosen = "shop.headroom.json"));
  await page.keyboard.press("Control+o");
  await expect(app.blocks).toHaveCount(count + 1);
});

test("a Mermaid flowchart becomes a design, with what was not understood by its line", async ({ app, page }) => {
  await app.open();
  await share(app, page, "Mermaid");
  const text = app.dialog.getByLabel("Mermaid text");
  await expect(text).toHaveValue(/^---\ntitle: .*\n---\nflowchart LR\n/);
  await text.fill("flowchart LR\n  U[Users] --> LB[nginx] --> A[Shop API]\n  A -->|reads| C[Redis]\n  A --> D[(Orders)]\n  style A fill:red");
  await app.dialog.getByRole("button", { name: "Open this text" }).click();
  await expect(app.dialog).toContainText("line 5");
  await page.keyboard.press("Escape");
  await expect(app.blocks).toHaveCount(5);
  await expect(app.links).toHaveCount(4);
  await app.select("Redis");
  await expect(app.inspector).toContainText("Cache");
});

test("the sender's result is compared", async ({ app, page }) => {
  test.setTimeout(180_000);
  await app.openDesign(example("one-box"));
  await page.getByRole("button", { name: "Share" }).click();
  await app.dialog.getByLabel(/With my result/).check();
  await expect(app.dialog).toContainText("in the link", { timeout: 90_000 });
  const link = await app.dialog.getByLabel("Link", { exact: true }).inputValue();
  expect(decodeURIComponent(link)).toContain('"result":"');
  await app.open(link);
  const result = page.getByRole("region", { name: "The sender's result" });
  await expect(result).toContainText("Same result as the sender: yes", { timeout: 90_000 });
  await app.open(link.replace(/%22result%22%3A%22(\w{4})(\w{16})/, (_, engine) => `%22result%22%3A%22${engine}${"0".repeat(16)}`));
  await expect(result).toContainText("Same result as the sender: no", { timeout: 90_000 });
});

test("a frame in another page shows the canvas alone and keeps its address", async ({ app, page }) => {
  const address = `./?embed=1${fragment(example("one-box"))}`;
  await page.goto(address);
  await expect(app.blocks).toHaveCount(2);
  await expect(page.getByRole("button", { name: "Share" })).toBeHidden();
  await expect(app.palette).toBeHidden();
  expect(page.url()).toContain("#design=");
  await app.block("The box").click();
  await page.keyboard.press("Delete");
  await expect(app.blocks).toHaveCount(1);
  await page.waitForTimeout(500);
  expect(page.url()).toContain("#design=");
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("headroom.design")))).toEqual([]);
  await page.screenshot({ path: "shots/embed.png" });
  await page.goto("about:blank");
  await page.goto(`./#embed=1&${fragment(example("one-box")).slice(1)}`);
  await expect(page.getByRole("link", { name: "Open in Headroom" })).toHaveAttribute("href", /\/#design=/);
});

test("on paper stand the drawing, the findings and the blocks", async ({ app, page }) => {
  await app.openDesign(example("read-replicas"));
  await page.evaluate(() => (window.print = () => (window.printed = true)));
  await page.keyboard.press("Control+p");
  await expect.poll(() => page.evaluate(() => window.printed)).toBe(true);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".paper h2", { hasText: "Findings" })).toBeVisible();
  await expect(page.locator(".paper tr")).toHaveCount(1 + example("read-replicas").nodes.length);
  await expect(page.locator(".paper svg")).toBeVisible();
  await expect(app.palette).toBeHidden();
  await page.screenshot({ path: "shots/print.png", fullPage: true });
});
