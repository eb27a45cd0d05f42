// When the program dies, or cannot start, a dialog with the saved design stands where a white page would be.
import { center, downloaded, example, fragment } from "../app.mjs";
import { expect, test } from "../fixtures.mjs";

/** A browser that has no memory left refuses new nodes: the program has no answer to that but to panic. */
const PANIC = `Node.prototype.cloneNode = () => { throw new DOMException("out of memory", "OperationError"); };`;

test("a crash of the program offers the saved design", async ({ app, page, watched }) => {
  watched.expected = [/RuntimeError|unreachable|panic|memory access|table index|null function/i];
  await page.addInitScript(() => {
    addEventListener("TrunkApplicationStarted", (event) => (window.program = event.detail.wasm));
  });
  await app.open();
  await app.add("Client");
  await page.getByLabel("Name of the design").fill("Shop");
  const count = await app.blocks.count();
  await app.saved();
  // Nothing a person can do does this: the program's memory is overwritten, and its next step is a trap.
  await page.evaluate(() => new Uint8Array(window.program.memory.buffer).fill(0xff));
  // The next frame may have found out before the hand does.
  await page.mouse.click(...(await center(app.undo)));
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("stopped");
  const file = await downloaded(page, () => dialog.getByRole("button", { name: "Save a file" }).click());
  expect(file.name).toMatch(/\.headroom\.json$/);
  const saved = JSON.parse(file.bytes);
  expect([saved.name, saved.nodes.length], "up to the last change").toEqual(["Shop", count]);
  await dialog.getByRole("button", { name: "Reload" }).click();
  await app.ready();
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(app.blocks).toHaveCount(count);
});

test("after a panic nothing goes on: the design as it was before that change is kept", async ({ app, page, watched }) => {
  watched.expected = [/RuntimeError|unreachable|panicked|borrow|recursive/i];
  await page.addInitScript(() => {
    const own = requestAnimationFrame;
    window.frames_asked = 0;
    window.requestAnimationFrame = (act) => { window.frames_asked += 1; return own.call(window, act); };
  });
  await app.open();
  await app.play();
  await app.add("Client");
  const count = await app.blocks.count();
  await app.saved();
  await page.evaluate(PANIC);
  await app.palette.getByRole("button", { name: "Cache", exact: true }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("stopped");
  await expect(dialog.locator("pre"), "the words of the panic hook, not of the trap that follows").toContainText("panicked at");
  await expect(dialog.getByRole("button", { name: "Save a file" })).toBeVisible();
  // The autosave of the change that panicked was due 300 ms after it, and on the way out.
  const left = () => page.evaluate(() => [JSON.stringify(localStorage), window.frames_asked]);
  const before = await left();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide")));
  await page.waitForTimeout(500);
  expect(await left(), "nothing is saved, no frame is asked for").toEqual(before);
  expect(page.workers(), "the simulation has ended").toEqual([]);
  await dialog.getByRole("button", { name: "Reload" }).click();
  await app.ready();
  await expect(app.blocks).toHaveCount(count);
});

test("a design that crashes the program at each opening is set aside, and nothing of it is lost", async ({ app, page, watched }) => {
  watched.expected = [/RuntimeError|unreachable|panicked/i];
  // Whatever it is that the program cannot do with this design.
  await page.addInitScript(`
    const open = sessionStorage.getItem("headroom.open") ?? localStorage.getItem("headroom.last");
    if (localStorage.getItem("headroom.design." + open)?.includes("Fatal")) ${PANIC}
  `);
  const design = { ...example("one-box"), name: "Fatal" };
  await app.openDesign(design);
  await app.saved();
  const dialog = page.getByRole("alertdialog");
  for (let time = 0; time < 2; time += 1) {
    await page.reload();
    await expect(dialog, "again and again").toContainText("panicked at");
  }
  await page.screenshot({ path: "shots/crash.png" });
  const file = await downloaded(page, () => dialog.getByRole("button", { name: "Save a file" }).click());
  expect(JSON.parse(file.bytes)).toMatchObject({ name: "Fatal", nodes: design.nodes });
  await dialog.getByRole("button", { name: "Start without it" }).click();
  await app.ready();
  await expect(dialog).toHaveCount(0);
  await expect(app.blocks).toHaveCount(0);
  await page.reload();
  await app.ready();
  await expect(app.blocks, "also from now on").toHaveCount(0);
  await page.getByRole("button", { name: "Designs", exact: true }).click();
  await app.dialog.getByRole("listitem").filter({ hasText: "Fatal" }).getByRole("button").first().click();
  await expect(app.blocks).toHaveCount(design.nodes.length);
});

test("a link that crashes the program is not tried again once the page starts without it", async ({ app, page, watched }) => {
  watched.expected = [/RuntimeError|unreachable|panicked/i];
  // It comes before the address is free of the link.
  await page.addInitScript(`if (location.hash.includes("Fatal")) { ${PANIC} history.replaceState = () => {}; }`);
  const mine = await app.openOwn();
  const link = fragment({ ...example("one-box"), name: "Fatal" });
  await page.goto("about:blank");
  await page.goto(`./${link}`);
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("a link was being opened");
  const file = await downloaded(page, () => dialog.getByRole("button", { name: "Save the link" }).click());
  expect(file.bytes.toString()).toContain(link);
  await dialog.getByRole("button", { name: "Start without it" }).click();
  await app.ready();
  await expect(app.blocks).toHaveCount(mine);
});

test("a browser without WebAssembly is told so", async ({ page, watched }) => {
  watched.expected = [/WebAssembly/, /request failed/];
  await page.addInitScript(() => delete globalThis.WebAssembly);
  await page.goto("./");
  await expect(page.getByRole("alertdialog")).toContainText("WebAssembly");
});

test("a simulation that cannot start says why, and Run tries again", async ({ app, page, watched }) => {
  watched.expected = [/worker\.js|Failed to load resource/];
  await page.route("**/static/worker.js", (route) => route.abort());
  await app.open();
  await expect(page.getByRole("alert")).toContainText("did not start");
  await page.unroute("**/static/worker.js");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(app.chart).toContainText("p99", { timeout: 20_000 });
});
