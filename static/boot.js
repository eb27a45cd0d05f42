// What must work before the WASM is up and after it has died: the theme, and a dialog instead of a white page.
// No module and no import: this file is all it needs.
(() => {
  "use strict";
  const read = (key) => { try { return localStorage.getItem(key); } catch { return null; } };

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => { document.documentElement.dataset.theme = read("headroom.theme") || (dark.matches ? "dark" : "light"); };
  dark.addEventListener("change", paint);
  paint();

  let started = false;
  let told = false;

  // After a crash nothing of the program may go on: what it would do with half a change done nobody knows. Timers and frames
  // no longer call it, its workers end, it hears no events of the window, and what is stored stays as it was.
  let dead = false;
  const workers = new Set();
  for (const name of ["setTimeout", "setInterval", "requestAnimationFrame", "queueMicrotask"]) {
    const own = window[name];
    window[name] = (act, ...more) => own.call(window, (...given) => dead || act(...given), ...more);
  }
  if (window.Worker) {
    window.Worker = class extends Worker {
      constructor(...how) { super(...how); workers.add(this); }
      terminate() { workers.delete(this); super.terminate(); }
    };
  }
  for (const name of ["keydown", "keyup", "resize", "storage", "visibilitychange", "pagehide", "beforeunload", "copy", "cut", "paste"]) {
    addEventListener(name, (event) => { if (dead) event.stopImmediatePropagation(); }, true);
  }
  const stop = () => {
    dead = true;
    for (const worker of workers) worker.terminate();
    for (const name of ["setItem", "removeItem", "clear"]) Storage.prototype[name] = () => {};
  };
  addEventListener("TrunkApplicationStarted", () => { started = true; });

  const element = (name, text, act) => {
    const made = document.createElement(name);
    made.textContent = text;
    if (act) { made.type = "button"; made.className = "btn"; made.addEventListener("click", act); }
    return made;
  };

  // The design that this tab had open, as it was saved last; else what an earlier Headroom saved. See src/shelf.rs.
  const saved = () => {
    let open = null;
    try { open = sessionStorage.getItem("headroom.open"); } catch { /* No storage: nothing was saved. */ }
    const keys = [`headroom.design.${open || read("headroom.last")}`, "headroom.copy", "headroom.mine"];
    for (const key of keys) {
      try { return JSON.parse(read(key)).design; } catch { /* The next one. */ }
    }
    return null;
  };

  const download = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([saved()], { type: "application/json" }));
    link.download = "design.headroom.json";
    link.click();
    URL.revokeObjectURL(link.href);
  };

  // A dialog with the saved design; `detail` is for a report of the fault.
  const tell = (title, text, detail) => {
    if (told) return;
    told = true;
    const dialog = document.createElement("dialog");
    dialog.className = "dialog crash";
    dialog.setAttribute("role", "alertdialog");
    dialog.setAttribute("aria-label", title);
    const buttons = element("footer", "");
    const has = saved() !== null;
    if (has) buttons.append(element("button", "Save a file", download));
    const reload = element("button", "Reload", () => location.reload());
    reload.classList.add("primary");
    buttons.append(reload);
    const kept = has ? "Your design is saved in this browser, as it was before that." : "";
    dialog.append(element("h2", title), element("p", text), element("p", kept));
    if (detail) dialog.append(element("pre", detail));
    dialog.append(buttons);
    document.body.append(dialog);
    dialog.showModal();
  };

  const crashed = (detail) => {
    stop();
    tell("Headroom has stopped", "Something went wrong inside the page. It is our fault, not yours.", detail);
  };
  const unable = (detail) => tell("Headroom cannot start here", "This browser could not start the program. It needs WebAssembly: a current Chrome, Edge, Firefox or Safari, without a mode that turns WebAssembly off.", detail);

  addEventListener("headroom-panic", (event) => crashed(event.detail));
  addEventListener("error", (event) => {
    if (window.WebAssembly && event.error instanceof WebAssembly.RuntimeError) crashed(String(event.error));
  });
  addEventListener("unhandledrejection", (event) => {
    if (started) return;
    unable(String(event.reason));
  });

  // Once all of the program is here, the browser keeps it for when there is no network. Not every page may have that.
  addEventListener("headroom-rest", () => { navigator.serviceWorker?.register("sw.js").catch(() => {}); });

  // The page can be seen, but nothing in it can be used without the rest of the program.
  addEventListener("headroom-rest-lost", (event) => tell("The rest of Headroom has not arrived", "The connection was lost while the page was loading. Reload to try again.", event.detail));

  // Sign extension and bulk memory: what the compiler uses beyond the first WebAssembly.
  const needed = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 127, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 10, 17, 1, 15, 0, 32, 0, 192, 26, 65, 0, 65, 0, 65, 0, 252, 11, 0, 11]);
  const fit = () => typeof WebAssembly === "object" && WebAssembly.validate(needed);
  addEventListener("DOMContentLoaded", () => { if (!fit()) unable(""); });
})();
