// What must work before the WASM is up and after it has died: the theme, and a dialog instead of a white page.
// No module and no import: this file is all it needs.
(() => {
  "use strict";
  const read = (key, from = "localStorage") => { try { return window[from].getItem(key); } catch { return null; } };
  const setItem = Storage.prototype.setItem;

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
  for (const name of ["keydown", "keyup", "resize", "storage", "hashchange", "visibilitychange", "pagehide", "beforeunload", "copy", "cut", "paste"]) {
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

  // What a key holds: a design and what the shelf knows of it. See src/shelf.rs.
  const PREFIX = "headroom.design.";
  const slot = (key) => {
    try {
      const found = JSON.parse(read(key));
      return found.design && !found.deleted_ms ? { key, ...found } : null;
    } catch { return null; }
  };
  const ids = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => Number(key.slice(PREFIX.length)));

  // What a reload would open: the design that this tab had open, else the last in any, else what was saved last.
  const opened = () => {
    if (embedded) return null;
    const last = () => ids().map((id) => slot(PREFIX + id)).filter((one) => one?.touched).sort((a, b) => b.saved_ms - a.saved_ms)[0];
    try {
      return slot(PREFIX + (read("headroom.open", "sessionStorage") || read("headroom.last"))) || last() || slot("headroom.copy") || slot("headroom.mine");
    } catch { return null; }
  };
  // A link that is still in the address has not been opened, and would be tried again.
  const embedded = /[?&#]embed=1/.test(location.search + location.hash);
  const link = () => (!embedded && /^#(design=|d\d+\.)/.test(location.hash) ? location.href : null);

  const download = () => {
    const [content, name, type] = link() ? [link(), "design-link.txt", "text/plain"] : [opened().design, "design.headroom.json", "application/json"];
    const anchor = document.createElement("a");
    anchor.href = URL.createObjectURL(new Blob([content], { type }));
    anchor.download = name;
    anchor.click();
    URL.revokeObjectURL(anchor.href);
  };

  // Reloads with an empty page in a slot of its own, `Design::fresh`; the design that was open stays among the others.
  const FRESH = '{"headroom":1,"nodes":[],"objectives":{"p99_ms":200}}';
  const setAside = () => {
    if (link()) return location.replace(location.pathname + location.search);
    const write = (key, text) => setItem.call(localStorage, key, text);
    try {
      const { key, ...other } = opened();
      if (key.startsWith(PREFIX)) write(key, JSON.stringify({ ...other, touched: true, edition: (other.edition || 0) + 1 }));
      const id = Math.max(Date.now(), ...ids().map((id) => id + 1));
      write(PREFIX + id, JSON.stringify({ design: FRESH, saved_ms: id }));
      write("headroom.last", String(id));
      setItem.call(sessionStorage, "headroom.open", String(id));
    } catch {
      // A full storage: an empty page out of a link needs none.
      location.hash = `design=${encodeURIComponent(FRESH)}`;
    }
    location.reload();
  };

  // A dialog with the saved design; `detail` is for a report of the fault. What crashes may do so at each opening.
  const tell = (title, text, { detail, crash = false } = {}) => {
    if (told) return;
    told = true;
    const dialog = document.createElement("dialog");
    dialog.className = "dialog crash";
    dialog.setAttribute("role", "alertdialog");
    dialog.setAttribute("aria-label", title);
    const buttons = element("footer", "");
    const has = link() || opened();
    if (has) buttons.append(element("button", link() ? "Save the link" : "Save a file", download));
    if (has && crash) buttons.append(element("button", "Start without it", setAside));
    const reload = element("button", "Reload", () => location.reload());
    reload.classList.add("primary");
    buttons.append(reload);
    const saved = "Your design is saved in this browser, as it was before that.";
    const again = " If this comes again at each reload, start without it: it stays among your designs, and an empty page opens.";
    const linked = "It happened while a link was being opened. Start without it, and your own design opens.";
    dialog.append(element("h2", title), element("p", text), element("p", link() ? linked : has ? saved + (crash ? again : "") : ""));
    if (detail) dialog.append(element("pre", detail));
    dialog.append(buttons);
    document.body.append(dialog);
    dialog.showModal();
  };

  const crashed = (detail) => {
    stop();
    tell("Headroom has stopped", "Something went wrong inside the page. It is our fault, not yours.", { detail, crash: true });
  };
  const unable = (detail) => tell("Headroom cannot start here", "This browser could not start the program. It needs WebAssembly: a current Chrome, Edge, Firefox or Safari, without a mode that turns WebAssembly off.", { detail });

  addEventListener("headroom-panic", (event) => crashed(event.detail));
  // A trap has no last words, nor has a stack that is used up.
  const isTrap = (error) => window.WebAssembly && (error instanceof WebAssembly.RuntimeError || /call stack|too much recursion/i.test(String(error)));
  addEventListener("error", (event) => { if (isTrap(event.error)) crashed(String(event.error)); });
  addEventListener("unhandledrejection", (event) => {
    if (isTrap(event.reason)) crashed(String(event.reason));
    else if (!started) unable(String(event.reason));
  });

  // Once all of the program is here, the browser keeps it for when there is no network. Not every page may have that.
  addEventListener("headroom-rest", () => { navigator.serviceWorker?.register("sw.js").catch(() => {}); });

  // The page can be seen, but nothing in it can be used without the rest of the program.
  addEventListener("headroom-rest-lost", (event) => tell("The rest of Headroom has not arrived", "The connection was lost while the page was loading. Reload to try again.", { detail: event.detail }));

  // Sign extension and bulk memory: what the compiler uses beyond the first WebAssembly.
  const needed = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 127, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 10, 17, 1, 15, 0, 32, 0, 192, 26, 65, 0, 65, 0, 65, 0, 252, 11, 0, 11]);
  const fit = () => typeof WebAssembly === "object" && WebAssembly.validate(needed);
  addEventListener("DOMContentLoaded", () => { if (!fit()) unable(""); });
})();
