// A film of the run for a chat: asked for by keys, given up, recorded and saved; what is in it moves.
import { readFileSync } from "node:fs";
import { expect, test } from "../fixtures.mjs";

/** Asks for a command by its name, with the keyboard alone. */
async function ask(page, words) {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find a command" }).fill(words);
  await page.keyboard.press("Enter");
}

/** Moments of a film [s] as small pictures: the color of its corner, and how much each differs from the first. */
async function watched({ base64, moments }) {
  const video = document.createElement("video");
  video.muted = true;
  video.src = `data:video/webm;base64,${base64}`;
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const seen = [];
  await new Promise((done, failed) => {
    video.onerror = () => failed(new Error(video.error.message));
    video.onended = done;
    const frame = (_, { mediaTime }) => {
      if (mediaTime >= moments[seen.length]) {
        pen.drawImage(video, 0, 0, 320, 180);
        seen.push(pen.getImageData(0, 0, 320, 180).data);
      }
      if (seen.length < moments.length) video.requestVideoFrameCallback(frame);
      else done();
    };
    video.requestVideoFrameCallback(frame);
    video.playbackRate = 4;
    video.play().catch(failed);
  });
  // Pixels of which a channel is another one by more than noise of the codec.
  const differs = (other) => {
    let count = 0;
    for (let at = 0; at < other.length; at += 4) {
      if ([0, 1, 2].some((channel) => Math.abs(other[at + channel] - seen[0][at + channel]) > 48)) count += 1;
    }
    return count;
  };
  return { size: [video.videoWidth, video.videoHeight], corner: [...seen[0].slice(0, 3)], differ: seen.map(differs) };
}

test("record the run as a film that moves, and give one up", async ({ app, page, context }) => {
  // A picker would ask where to save: here it goes where downloads go.
  await page.addInitScript(() => delete window.showSaveFilePicker);
  await page.emulateMedia({ colorScheme: "dark" });
  await app.open();
  await app.play();
  const recording = page.getByRole("group", { name: "Recording" });
  await ask(page, "record");
  await expect(recording).toContainText(/\d s left/);
  await recording.getByRole("button", { name: "Cancel" }).press("Enter");
  await expect(recording).toHaveCount(0);
  await expect(app.said).toContainText("nothing was saved");

  const saved = page.waitForEvent("download", { timeout: 40_000 });
  await ask(page, "record");
  await expect(app.said).toContainText("Recording 8 seconds of the run");
  await expect(recording).toContainText("5 s left", { timeout: 10_000 });
  const download = await saved;
  await expect(recording).toHaveCount(0);
  await expect(app.said).toContainText(`Saved as ${download.suggestedFilename()}`);
  expect(download.suggestedFilename()).toMatch(/\.webm$/);
  const film = readFileSync(await download.path());
  expect([...film.subarray(0, 4)], "EBML").toEqual([0x1a, 0x45, 0xdf, 0xa3]);
  expect(film.length).toBeGreaterThan(40_000);

  const other = await context.newPage();
  const moments = [0.2, 3, 6.5];
  const seen = await other.evaluate(watched, { base64: film.toString("base64"), moments });
  expect(seen.size[0]).toBeLessThanOrEqual(1280);
  // The ground of the dark theme, as a codec has it.
  expect(Math.max(...seen.corner)).toBeLessThan(48);
  expect(Math.min(...seen.differ.slice(1)), "dots and figures have moved").toBeGreaterThan(20);
});
