// The page's worker without the page's screen: asks it for a measure run the way the page does.
import { readdirSync } from "node:fs";

/** The second part of the program; `undefined` where the page was not split. */
const rest = () => readdirSync(new URL("../../dist/", import.meta.url)).find((name) => name.endsWith("_rest.wasm"));

/** Runs a plan on a design in a fresh worker of the open page; gives the digest of `FromWorker::Measured`. */
export function measure(page, design, plan) {
  return page.evaluate(
    async ([design, plan, restName]) => {
      const glue = document.querySelector("link[rel=modulepreload]").href;
      const binary = glue.replace(/\.js$/, "_bg.wasm");
      const module = await WebAssembly.compileStreaming(fetch(binary));
      const rest = restName && (await WebAssembly.compileStreaming(fetch(restName)));
      const worker = new Worker("static/worker.js", { type: "module" });
      // Messages are bytes: src/job/wire.rs says which. The first is the place of the variant.
      const [MEASURE, READY, MEASURED, FAILED] = [11, 0, 4, 7];
      const number = (value) => (value < 128 ? [value] : [(value % 128) + 128, ...number(Math.floor(value / 128))]);
      const float = (value) => [...new Uint8Array(new Float64Array([value]).buffer)];
      const text = [...new TextEncoder().encode(design)];
      const asked = [3, 1, ...number(text.length), ...text, 3, ...number(plan.seed), ...float(plan.duration_s), ...float(plan.warmup_s)];
      return new Promise((resolve, reject) => {
        worker.onerror = (event) => reject(new Error(event.message));
        worker.onmessage = ({ data }) => {
          if (!(data instanceof Uint8Array)) return;
          if (data[0] === READY) worker.postMessage(new Uint8Array([MEASURE, ...asked]));
          if (data[0] === FAILED) reject(new Error(new TextDecoder().decode(data)));
          if (data[0] === MEASURED) {
            worker.terminate();
            resolve(new TextDecoder().decode(data.slice(-16)));
          }
        };
        worker.postMessage({ module, rest, glue });
      });
    },
    [design, plan, rest()],
  );
}
