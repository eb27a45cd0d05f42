// The page's worker without the page's screen: asks it for a measure run the way the page does.
import { readdirSync } from "node:fs";

/** The second part of the program; `undefined` where the page was not split. */
const rest = () => readdirSync(new URL("../../dist/", import.meta.url)).find((name) => name.endsWith("_rest.wasm"));

/** Runs a plan on a design in a fresh worker of the open page; gives the digest of `FromWorker::Measured`. */
export async function measure(page, design, plan) {
  await start(page);
  return page.evaluate(
    async ([design, plan]) => {
      const { number, float, text, told } = window.asked;
      const [MEASURE, MEASURED] = [11, 4];
      const asked = [MEASURE, 1, ...text(design), ...number(plan.seed), ...float(plan.duration_s), ...float(plan.warmup_s)];
      const data = await told(asked, MEASURED);
      return new TextDecoder().decode(data.slice(-16));
    },
    [design, plan],
  );
}

/** How long one part of an answer takes in a fresh worker of the open page [ms]: the median of several looks at it, made so
 * many times each, without what is done once before. */
export async function took(page, design, part, { times, looks }) {
  await start(page);
  return page.evaluate(
    async ([design, part, times, looks]) => {
      const { number, text, told } = window.asked;
      const [REPEAT, REPEATED] = [15, 9];
      const repeat = async (times) => {
        const message = [REPEAT, 1, ...text(design), ...number(part), ...number(times)];
        const begin = performance.now();
        await told(message, REPEATED);
        return performance.now() - begin;
      };
      // The browser compiles anew, and better, what it has seen running for a while.
      for (let round = 0; round < 3; round += 1) await repeat(times);
      const all = [];
      for (let look = 0; look < looks; look += 1) all.push((await repeat(times)) - (await repeat(0)));
      return all.sort((a, b) => a - b)[Math.floor(looks / 2)] / times;
    },
    [design, part, times, looks],
  );
}

/** Starts a worker of the open page, with what writes messages to it: bytes, see src/job/wire.rs. The first is the place of
 * the variant. */
function start(page) {
  return page.evaluate(async (restName) => {
    const glue = document.querySelector("link[rel=modulepreload]").href;
    const module = await WebAssembly.compileStreaming(fetch(glue.replace(/\.js$/, "_bg.wasm")));
    const rest = restName && (await WebAssembly.compileStreaming(fetch(restName)));
    window.asked?.worker.terminate();
    const worker = new Worker("static/worker.js", { type: "module" });
    const [READY, FAILED] = [0, 7];
    const number = (value) => (value < 128 ? [value] : [(value % 128) + 128, ...number(Math.floor(value / 128))]);
    const float = (value) => [...new Uint8Array(new Float64Array([value]).buffer)];
    const text = (value) => {
      const bytes = [...new TextEncoder().encode(value)];
      return [...number(bytes.length), ...bytes];
    };
    const answered = (kind) => new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = ({ data }) => {
        if (!(data instanceof Uint8Array)) return;
        if (data[0] === FAILED) reject(new Error(new TextDecoder().decode(data)));
        if (data[0] === kind) resolve(data);
      };
    });
    const told = (bytes, kind) => (worker.postMessage(new Uint8Array(bytes)), answered(kind));
    window.asked = { worker, number, float, text, told };
    worker.postMessage({ module, rest, glue });
    await answered(READY);
  }, rest());
}
