// Speed as a person meets it: 12 blocks at 10,000 requests a second, in real time, while the page stays smooth.
import { expect, test } from "../fixtures.mjs";
import { example, figure } from "../app.mjs";
import { listen } from "../frame.mjs";

test("the page stays smooth while 10,000 requests a second are simulated", async ({ app, page }) => {
  await listen(page);
  const design = example("three-tiers-with-everything");
  expect(design.nodes.length).toBe(12);
  await app.openDesign(design);
  await app.play();
  await page.waitForTimeout(3000);
  const seconds = 8;
  const atOnce = await measure(page, seconds);
  figure("frames a second at 1× speed", atOnce.fps.toFixed(1));
  figure("simulated seconds a second, 1× asked", atOnce.pace.toFixed(2));
  figure("longest time between two frames [ms]", atOnce.longest.toFixed(0));

  await page.getByLabel("Speed").selectOption({ label: "Full speed" });
  await page.waitForTimeout(2000);
  const full = await measure(page, seconds);
  figure("frames a second at full speed", full.fps.toFixed(1));
  figure("simulated seconds a second at full speed", full.pace.toFixed(2));
  figure("events a second at full speed", Math.round(full.events));

  // Loosely: a busy machine is no defect of the page. The figures above say how it is.
  expect(full.pace).toBeGreaterThan(0.9);
  expect(atOnce.fps).toBeGreaterThan(30);
});

/** Counts frames for some seconds, and what the worker did meanwhile. */
function measure(page, seconds) {
  return page.evaluate(async (seconds) => {
    const begin = performance.now();
    const [, from, events] = window.lastFrame;
    let [frames, last, longest] = [0, begin, 0];
    while (last - begin < seconds * 1000) {
      const now = await new Promise(requestAnimationFrame);
      longest = Math.max(longest, now - last);
      last = now;
      frames += 1;
    }
    const passed = (last - begin) / 1000;
    const [, to, eventsAtEnd] = window.lastFrame;
    return { fps: frames / passed, pace: (to - from) / passed, events: (eventsAtEnd - events) / passed, longest };
  }, seconds);
}
