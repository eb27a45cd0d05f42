// Two kinds of traffic in one design: a tag at a client, a filter on links, and a problem in words where they do not meet.
import { expect, test } from "../fixtures.mjs";

const shop = {
  headroom: 1,
  nodes: [
    { id: 1, block: "client", name: "Pictures", at: [0, 0], rate: 300, reads: 1 },
    { id: 2, block: "client", name: "Buyers", at: [0, 240], rate: 50 },
    { id: 3, block: "load-balancer", name: "Door", at: [300, 120] },
    { id: 4, block: "app-server", name: "Files", at: [600, 0] },
    { id: 5, block: "app-server", name: "Shop", at: [600, 240] },
  ],
  links: [
    [1, 3],
    [2, 3],
    [3, 4],
    [3, 5],
  ],
};

test("a tag at the client and filters on two links tell the traffic apart", async ({ app }) => {
  await app.openDesign(shop);
  const tag = (value) => app.inspector.getByLabel("Tag", { exact: true }).fill(value);

  await app.selectLink("Door", "Files");
  await tag("static");
  // Nobody has the tag yet: said at once, with what helps.
  await expect(app.inspector).toContainText("No client has the tag “static”");

  await app.select("Pictures");
  await tag("static");
  await app.selectLink("Door", "Shop");
  await tag("!static");
  await expect(app.canvas).toContainText("#static");
  await expect(app.canvas).toContainText("not #static");

  // All pictures go to the files and nothing else does: 300 and 50 a second, as a run of a second or more finds them.
  await expect(app.inspector).toContainText(/Calls[3-6]\d(\.\d)?\/s/);
  await app.selectLink("Door", "Files");
  await expect(app.inspector).toContainText(/Calls(2[5-9]|3[0-4])\d\/s/);
  await expect(app.inspector).not.toContainText("No client has");
});
