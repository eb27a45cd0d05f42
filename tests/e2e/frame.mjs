// What the worker says of itself, as it passes by: run, time, events, pace, events a second, requests sent a second.

/** Keeps the newest frame of the worker in `window.lastFrame`, and how many there were in `window.framesSeen`. */
export function listen(page) {
  return page.addInitScript(() => {
    window.framesSeen = 0;
    window.Worker = class extends Worker {
      constructor(...all) {
        super(...all);
        this.addEventListener("message", ({ data }) => {
          if (!(data instanceof Float64Array)) return;
          window.lastFrame = Array.from(data.slice(0, 6));
          window.framesSeen += 1;
        });
      }
    };
  });
}
