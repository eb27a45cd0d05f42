// How long the answers take that come without a run: each in a worker of the page, by the program that the page runs.
import { readFileSync } from "node:fs";
import { test } from "../fixtures.mjs";
import { took } from "../worker.mjs";

/** How often an answer is made in one look, and how many looks there are. */
const [TIMES, LOOKS] = [5, 7];

const answers = JSON.parse(readFileSync(process.env.HEADROOM_BENCH_ANSWERS, "utf8"));

test("answers", async ({ app, page }) => {
  await app.open();
  for (const { name, part, design } of answers) {
    const ms = await took(page, JSON.stringify(design), part, { times: TIMES, looks: LOOKS });
    console.log(["answer", name, ms.toFixed(2)].join("\t"));
  }
});
