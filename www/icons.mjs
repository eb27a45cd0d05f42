// Makes static/icons.svg: one sprite of the Lucide icons (https://lucide.dev, ISC) that the page uses.
// A symbol's id is Lucide's name of the icon, or the name that a block's catalogue entry gives it in `icon`.
//
//   npm pack lucide-static@1.62.0 && tar xf lucide-static-1.62.0.tgz && node www/icons.mjs package/icons
import { readFileSync, writeFileSync } from "node:fs";

// What the catalogue calls them: Lucide's name.
const BLOCKS = {
  users: "users", globe: "globe", split: "split", gauge: "gauge", server: "server", gear: "cog", bolt: "zap", db: "database",
  queue: "rows-3", box: "archive", external: "cloud", eye: "eye", unknown: "circle-question-mark",
  signpost: "signpost", function: "lambda",
};

const NAMES = [
  // Run and edit.
  "play", "pause", "rotate-ccw", "undo-2", "redo-2", "dices", "trash-2", "skull", "heart-pulse",
  // Page.
  "share-2", "sun", "moon", "circle-question-mark", "graduation-cap", "search", "x", "check", "download", "upload", "clipboard-copy", "panel-left",
  "panel-right", "panel-bottom", "blocks", "lightbulb", "sliders-horizontal", "group", "plus", "chevron-right",
  // Keeping work.
  "folder-open", "history", "copy", "pencil", "image", "file-code", "printer",
  // Arranging.
  "workflow", "align-start-vertical", "align-center-vertical", "align-end-vertical", "align-start-horizontal",
  "align-center-horizontal", "align-end-horizontal", "align-horizontal-distribute-center", "align-vertical-distribute-center",
  "sticky-note",
  // Table, charts, comparison.
  "table-2", "maximize-2", "git-compare", "video",
  // States and findings.
  "triangle-alert", "shield-alert", "info", "circle-check", "circle-x", "circle-off", "circle-dashed", "flame", "link",
];

const from = process.argv[2];
const strip = (svg) => svg.replace(/^[^]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
const symbol = ([id, name]) => `<symbol id="${id}" viewBox="0 0 24 24">${strip(readFileSync(`${from}/${name}.svg`, "utf8"))}</symbol>`;
const all = [...Object.entries(BLOCKS), ...NAMES.map((name) => [name, name])];
const note = "<!-- Lucide 1.62.0, ISC licence, https://lucide.dev; made by www/icons.mjs -->";
writeFileSync("static/icons.svg", `${note}\n<svg xmlns="http://www.w3.org/2000/svg">\n${all.map(symbol).join("\n")}\n</svg>\n`);
