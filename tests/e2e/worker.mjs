// The page's worker without the page's screen: asks it for a measure run the way the page does.

/** Runs a plan on a design in a fresh worker of the open page; gives the answer of `FromWorker::Measured`. */
export function measure(page, design, plan) {
  return page.evaluate(
    async ([design, plan]) => {
      const glue = document.querySelector("link[rel=modulepreload]").href;
      const binary = glue.replace(/\.js$/, "_bg.wasm");
      const module = await WebAssembly.compileStreaming(fetch(binary));
      const worker = new Worker("static/worker.js", { type: "module" });
      return new Promise((resolve, reject) => {
        worker.onerror = (event) => reject(new Error(event.message));
        worker.onmessage = ({ data }) => {
          const message = typeof data === "string" ? JSON.parse(data) : {};
          if (message === "ready") worker.postMessage(JSON.stringify({ measure: { run: 1, design, plan } }));
          if (message.failed) reject(new Error(message.failed.text));
          if (message.measured) {
            worker.terminate();
            resolve(message.measured);
          }
        };
        worker.postMessage({ module, glue });
      });
    },
    [design, plan],
  );
}
