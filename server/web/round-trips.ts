import { byId } from "./dom.ts";
import type { DemoClient, Live } from "./live.ts";
import { sparkline } from "./sparkline.ts";
import { formatDuration } from "./text.ts";

const EVERY_MS = 1_000;
const LIMIT_MS = 5_000;

/** Pings as long as somebody looks, each after the answer to the one before. Shows the newest time in `text`. */
export function measureRoundTrips(live: Live, text: HTMLElement): void {
  const draw = sparkline(byId("sparkline", SVGPolylineElement));
  let measured: DemoClient | undefined;

  async function measure(client: DemoClient): Promise<void> {
    measured = client;
    try {
      const took = await client.ping(LIMIT_MS);
      if (live.client !== client) return;
      text.textContent = formatDuration(took);
      draw(took);
    } catch {
      // nothing to draw; the connection's state tells
    } finally {
      if (measured === client) measured = undefined;
    }
  }

  setInterval(() => {
    const { client } = live;
    if (client !== measured && !document.hidden && client.state === "open") void measure(client);
  }, EVERY_MS);
}
