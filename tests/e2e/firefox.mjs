// The main tasks of a person in Firefox: draw, connect, set, run, read, share; and the same digest as natively.
//
//   node firefox.mjs URL FIREFOX DESIGN DIGEST   (`cargo xtask firefox` does)
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";
import { example, fragment } from "./app.mjs";
import { measure } from "./worker.mjs";

const [url, executablePath, design, digest] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
const page = await browser.newPage();
await page.setViewport({ width: 1440, height: 900 });
const complaints = [];
page.on("pageerror", (error) => complaints.push(String(error)));
page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));

/** Waits until a function in the page gives something. */
const until = (what, ...args) => page.waitForFunction(what, { timeout: 20_000 }, ...args);
const count = (selector) => page.$$eval(selector, (all) => all.length);
const counted = (selector, number) => until((selector, number) => document.querySelectorAll(selector).length === number, selector, number);
/** Clicks the button with this name; queries by role are for Chromium alone. */
const click = async (name) => {
  const named = (name) => [...document.querySelectorAll("button")].find((one) => (one.ariaLabel ?? one.textContent) === name);
  await (await page.evaluateHandle(named, name)).click();
};
const middle = async (selector) => {
  const { x, y, width, height } = await (await page.waitForSelector(selector)).boundingBox();
  return [x + width / 2, y + height / 2];
};

/** Of a film: its seconds, and by how many pixels of a small picture its end differs from its beginning. */
async function watched(film) {
  const video = Object.assign(document.createElement("video"), { muted: true, src: film });
  const pen = Object.assign(document.createElement("canvas"), { width: 320, height: 180 }).getContext("2d");
  const picture = () => {
    pen.drawImage(video, 0, 0, 320, 180);
    return pen.getImageData(0, 0, 320, 180).data;
  };
  await new Promise((done, failed) => {
    video.onerror = () => failed(new Error(video.error.message));
    video.oncanplay = done;
  });
  const first = picture();
  await new Promise((done) => {
    video.onended = done;
    video.playbackRate = 4;
    video.play();
  });
  const last = picture();
  let differ = 0;
  for (let at = 0; at < last.length; at += 4) differ += Math.abs(last[at + 1] - first[at + 1]) > 48 ? 1 : 0;
  return { played: video.currentTime, differ };
}

const tasks = {
  "opens the first example": async () => {
    await page.goto(url);
    await until(() => document.querySelectorAll("[data-node]").length > 3);
    await until(() => !document.querySelector(".page").inert);
  },
  "draws a system with pointer and keys": async () => {
    const nodes = [{ id: 1, block: "client", at: [0, 100] }, { id: 2, block: "app-server", at: [300, 100] }];
    await page.goto("about:blank");
    await page.goto(`${url}${fragment({ headroom: 1, nodes })}`);
    await counted("[data-node]", 2);
    await until(() => !document.querySelector(".page").inert);
    const from = await middle('[data-node="1"] [data-port="out"]');
    const to = await middle('[data-node="2"] [data-port="in"]');
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move((from[0] + to[0]) / 2, to[1] + 20, { steps: 5 });
    await page.mouse.move(...to, { steps: 5 });
    await page.mouse.up();
    await counted("[data-link]", 1);
    await page.mouse.click(...(await middle('[data-node="2"]')));
    await page.keyboard.press("Tab");
    await page.keyboard.type("sql");
    await page.keyboard.press("Enter");
    await counted("[data-node]", 3);
    await counted("[data-link]", 2);
  },
  "runs and shows live figures": async () => {
    await page.goto("about:blank");
    await page.goto(`${url}${fragment(example("three-tiers-with-everything"))}`);
    await until(() => !document.querySelector(".page").inert);
    // The time series appears once two simulated seconds are over.
    await page.waitForSelector(".plot path[d^=M]", { timeout: 20_000 });
  },
  "records a film of the run that can be played": async () => {
    await page.evaluate(() => {
      const own = URL.createObjectURL;
      URL.createObjectURL = (blob) => {
        if (blob.type.startsWith("video/")) window.film = blob;
        return own.call(URL, blob);
      };
    });
    await page.focus(".canvas");
    await page.keyboard.down("Control");
    await page.keyboard.press("k");
    await page.keyboard.up("Control");
    await page.waitForSelector("dialog input");
    await page.keyboard.type("record");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".toast.film");
    await page.waitForFunction(() => window.film, { timeout: 40_000 });
    const film = await page.evaluate(
      () => new Promise((done) => {
        const reader = new FileReader();
        reader.onload = () => done(reader.result);
        reader.readAsDataURL(window.film);
      }),
    );
    assert.match(film, /^data:video\/(webm|mp4)/);
    assert.ok(film.length > 50_000, `${film.length} letters`);
    // The page's own policy plays no films.
    const other = await browser.newPage();
    const { played, differ } = await other.evaluate(watched, film);
    await other.close();
    assert.ok(played > 6, `${played} s`);
    assert.ok(differ > 20, `${differ} pixels of 57,600 have changed`);
  },
  "shares a link that opens as the same design": async () => {
    const blocks = await count("[data-node]");
    await click("Share");
    const link = await (await page.waitForSelector("dialog textarea")).evaluate((field) => field.value);
    assert.match(link, /#(design=|d1\.)/);
    await page.goto("about:blank");
    await page.goto(link);
    await counted("[data-node]", blocks);
  },
  "gives the digest of the command line": async () => {
    assert.equal(await measure(page, readFileSync(design, "utf8"), { seed: 7, duration_s: 10, warmup_s: 2 }), digest);
  },
};

let failed = 0;
for (const [name, task] of Object.entries(tasks)) {
  try {
    await task();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error.stack}`);
  }
}
for (const complaint of complaints) console.log(`complaint: ${complaint}`);
console.log(`firefox: ${Object.keys(tasks).length - failed} passed, ${failed} failed, ${complaints.length} complaints`);
await browser.close();
process.exit(failed || complaints.length ? 1 : 0);
