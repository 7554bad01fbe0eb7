// Chromium, for what is measured in pages.
import { accessSync } from "node:fs";
import { createServer } from "node:http";
import { chromium } from "playwright-core";

const PATH = process.env.CHROMIUM_PATH || "/usr/bin/chromium";
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];

/** Whether there is one. */
export function hasChromium() {
  try {
    accessSync(PATH);
    return true;
  } catch {
    return false;
  }
}

/** Starts it. Whoever interrupts a measurement ends it like all else. */
export function launchChromium() {
  return chromium.launch({ executablePath: PATH, args: ARGUMENTS, handleSIGINT: false, handleSIGTERM: false });
}

/** Serves files at a free port of loopback. @param files their content by path; the rest has none */
export async function servePage(files) {
  const server = createServer(({ url }, response) => {
    const content = files[url];
    response.writeHead(content === undefined ? 404 : 200, {
      "content-type": /js$/.test(url) ? "text/javascript" : "text/html",
    });
    response.end(content);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
