// Two designs side by side: what was changed, and what runs on the same random numbers show of it.
import { PHONE } from "../app.mjs";
import { expect, test } from "../fixtures.mjs";

test("compare a change with the design as it was opened, and with a pasted one", async ({ app, page }) => {
  const design = {
    headroom: 1,
    nodes: [
      { id: 1, block: "client", at: [0, 100], rate: 150, reads: 1 },
      { id: 2, block: "app-server", at: [300, 100], name: "Web", service_ms: 5, cores: 1 },
    ],
    links: [[1, 2]],
    run: { duration_s: 5, warmup_s: 1 },
  };
  await app.openDesign(design);
  await app.select("Web");
  await app.inspector.getByLabel("Name of the block").fill("Shop");
  await app.inspector.getByLabel("Cores", { exact: true }).fill("4");
  await page.keyboard.press("Tab");
  await app.focusCanvas();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find a command" }).fill("compare");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Compare with another design" });
  await dialog.getByLabel("Compare with").selectOption("opened");
  const changed = dialog.getByRole("region", { name: "What was changed" });
  await expect(changed.getByRole("listitem")).toContainText(["Renamed Web to Shop.", "Cores: 1"]);
  const table = dialog.getByRole("table", { name: "Both designs" });
  await expect(table.getByRole("row", { name: /^Headroom 1\.3× .*\+4/ })).toBeVisible();
  await dialog.getByRole("button", { name: /^Run both/ }).click();
  await expect(dialog.getByRole("button", { name: "Stop" }).or(table.getByRole("row", { name: /^P99 / }))).toBeVisible();
  // 150/s × 5 ms on one core and on four: most of the time was spent in line.
  await expect(table.getByRole("row", { name: /^P99 .* −\d.* ± / })).toBeVisible({ timeout: 45_000 });
  await expect(app.said).toContainText(/^Compared: \d+ of \d+ figures differ\.$/);

  await dialog.getByLabel("Compare with").selectOption("link");
  await dialog.getByLabel("Link or text of the other design").fill(JSON.stringify({ ...design, nodes: design.nodes.slice(0, 1), links: [] }));
  await page.keyboard.press("Tab");
  await expect(changed).toContainText("Added Shop.");
});

test("with several clients each has its own times, and on a phone every figure is seen whole", async ({ app, page }) => {
  const design = {
    headroom: 1,
    nodes: [
      { id: 1, block: "client", at: [0, 0], name: "Visitors", rate: 50, reads: 1 },
      { id: 2, block: "client", at: [0, 200], name: "Partners", rate: 150, reads: 1 },
      { id: 3, block: "app-server", at: [300, 0], service_ms: 5, cores: 1 },
      { id: 4, block: "app-server", at: [300, 200], service_ms: 5, cores: 1 },
    ],
    links: [[1, 3], [2, 4]],
    run: { duration_s: 5, warmup_s: 1 },
  };
  await app.openDesign(design);
  await app.focusCanvas();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find a command" }).fill("compare");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Compare with another design" });
  await dialog.getByLabel("Compare with").selectOption("link");
  design.nodes[3].cores = 4;
  await dialog.getByLabel("Link or text of the other design").fill(JSON.stringify(design));
  await page.keyboard.press("Tab");
  await dialog.getByRole("button", { name: /^Run both/ }).click();
  const of = (client) => dialog.getByRole("rowgroup").filter({ has: page.getByRole("rowheader", { name: client }) });
  // Its one core in the place of four: 150/s × 5 ms wait in line again.
  await expect(of("Partners").getByRole("row", { name: /^P99 .* \+\d.* ± / })).toBeVisible({ timeout: 45_000 });
  await expect(of("Partners").getByRole("row", { name: /^Mean .* \+\d.* ± / })).toBeVisible();
  await expect(of("Visitors").getByRole("row", { name: /^Mean .* 0 ms no difference$/ })).toBeVisible();
  await page.setViewportSize(PHONE.viewport);
  const cut = () =>
    dialog.evaluate((dialog) => {
      const cells = [...dialog.querySelectorAll("td, th, select")].filter((cell) => cell.scrollWidth > cell.clientWidth + 1 && !cell.querySelector(".hidden"));
      return [dialog.scrollWidth - dialog.clientWidth, ...cells.map((cell) => cell.textContent)];
    });
  expect(await cut()).toEqual([0]);
});
