// How fast the page's worker simulates: each system as a person runs it, at full speed, with the page drawn beside it.
import { readFileSync, readdirSync } from "node:fs";
import { fragment } from "../app.mjs";
import { test } from "../fixtures.mjs";
import { listen } from "../frame.mjs";

/** Wall time before and of one look [ms]. */
const [WARM, LOOK] = [4000, 5000];

const systems = JSON.parse(readFileSync(process.env.HEADROOM_BENCH_SYSTEMS, "utf8"));

test("speed", async ({ app, page }) => {
  await listen(page);
  for (const { name, design } of systems) {
    // A link that differs behind the # alone would not load the page anew.
    await page.goto("about:blank");
    await app.open(fragment(design));
    await app.play();
    await page.getByLabel("Speed").selectOption({ label: "Full speed" });
    await page.waitForTimeout(WARM);
    const begin = await now(page);
    await page.waitForTimeout(LOOK);
    const end = await now(page);
    const events = (end.events - begin.events) / (end.spent - begin.spent);
    const requests = ((end.at - begin.at) * end.sent) / (end.spent - begin.spent);
    console.log(["speed", name, Math.round(requests), Math.round(events)].join("\t"));
  }
});

/** The newest frame, and the time that the processor had spent on the worker when it came [s]. */
async function now(page) {
  const before = await page.evaluate(() => window.framesSeen);
  await page.waitForFunction((before) => window.framesSeen > before, before, { polling: 5 });
  const spent = workerTime() ?? performance.now() / 1000;
  const [, at, events, , , sent] = await page.evaluate(() => window.lastFrame);
  return { at, events, sent, spent };
}

/** Time spent on the workers of our own browser [s], where the system tells; what other programs do does not count. */
function workerTime() {
  let [sum, found] = [0, false];
  for (const id of ourProcesses()) {
    for (const thread of names(`/proc/${id}/task`)) {
      const told = (file) => text(`/proc/${id}/task/${thread}/${file}`);
      if (told("comm").trim() !== "DedicatedWorker") continue;
      sum += Number(told("schedstat").split(" ")[0]) / 1e9;
      found = true;
    }
  }
  return found ? sum : undefined;
}

/** This process and all that it started, directly or not. */
function ourProcesses() {
  const parents = new Map();
  for (const id of names("/proc").filter((name) => /^\d+$/.test(name))) {
    // The name in parentheses may contain anything; what follows is the state and the parent.
    parents.set(id, text(`/proc/${id}/stat`).split(") ").at(-1).split(" ")[1]);
  }
  const isOurs = (id) => id === String(process.pid) || (parents.has(id) && isOurs(parents.get(id)));
  return [...parents.keys()].filter(isOurs);
}

function names(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function text(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
