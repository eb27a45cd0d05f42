// The same design and the same seed give the same report natively and in Chromium, to the last bit.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "../fixtures.mjs";
import { file } from "../app.mjs";
import { measure } from "../worker.mjs";

const PLAN = { seed: 7, duration_s: 10, warmup_s: 2 };
const PROGRAM = fileURLToPath(new URL("../../../target/debug/headroom", import.meta.url));

for (const id of ["load-balancer-and-three", "cache-and-database", "three-tiers-with-everything"]) {
  test(`same digest natively and in Chromium: ${id}`, async ({ app, page }) => {
    const design = file(`static/examples/${id}.json`);
    const plan = ["--seed", PLAN.seed, "--duration", PLAN.duration_s, "--warmup", PLAN.warmup_s].map(String);
    const printed = execFileSync(PROGRAM, ["run", "-", "--method", "simulated", "--format", "json", ...plan], { input: design });
    const native = JSON.parse(printed.toString());
    await app.open();
    const digest = await measure(page, design, PLAN);
    expect(native.report.events).toBeGreaterThan(1000);
    expect(digest).toBe(native.digest);
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
  });
}
