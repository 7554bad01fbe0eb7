import type { DemoClient } from "./demo-client.ts";
import { byId } from "./dom.ts";
import { sparkline } from "./sparkline.ts";
import { formatDuration } from "./text.ts";

const EVERY_MS = 1_000;
const LIMIT_MS = 5_000;

/** Pings as long as somebody looks, each after the answer to the one before. Shows the newest time in `text`. */
export function measureRoundTrips(client: DemoClient, text: HTMLElement): void {
  const draw = sparkline(byId("sparkline", SVGPolylineElement));
  let measuring = false;

  async function measure(): Promise<void> {
    measuring = true;
    try {
      const took = await client.ping(LIMIT_MS);
      // the connection may have gone right after the answer
      if (client.state !== "open") return;
      text.textContent = formatDuration(took);
      draw(took);
    } catch {
      // nothing to draw; the connection's state tells
    } finally {
      measuring = false;
    }
  }

  setInterval(() => {
    if (!measuring && !document.hidden && client.state === "open") void measure();
  }, EVERY_MS);
}
