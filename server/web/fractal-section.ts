import { Centaurus } from "../../centaurus/index.ts";
import { byId } from "./dom.ts";
import { drawStrip, type Strip, stripsOf } from "./fractal.ts";
import { Pulse } from "./pulse.ts";

/** Rows of one call: enough of them for all web workers to end at about the same time. */
const ROWS = 12;

type Place = "workers" | "page";

/** Draws a picture that takes long, in the page and in web workers, and shows what becomes of the page meanwhile. */
export function fractalSection(): void {
  const canvas = byId("fractal", HTMLCanvasElement);
  const status = byId("fractal-status", HTMLElement);
  const buttons = {
    workers: byId("fractal-workers", HTMLButtonElement),
    page: byId("fractal-page", HTMLButtonElement),
  };
  const context = canvas.getContext("2d");
  const pulse = new Pulse(byId("pulse", HTMLElement), matchMedia("(prefers-reduced-motion: reduce)").matches);
  const { width, height } = canvas;
  // one core is the page's own
  const C = new Centaurus("/centaurus.worker.js", { workers: navigator.hardwareConcurrency - 1, transfer: true });
  const registered = C.register({ drawStrip });

  function put(strip: Strip, pixels: Uint8ClampedArray<ArrayBuffer>): void {
    context?.putImageData(new ImageData(pixels, width), 0, strip.from);
  }

  const draw: Readonly<Record<Place, () => Promise<void>>> = {
    async workers() {
      const pool = await registered;
      await Promise.all(stripsOf(width, height, ROWS).map(async (strip) => put(strip, await pool.drawStrip(strip))));
    },
    async page() {
      const whole = { width, height, from: 0, to: height };
      put(whole, drawStrip(whole));
    },
  };

  async function race(place: Place): Promise<void> {
    const where = place === "workers" ? "in web workers" : "in the page";
    for (const button of Object.values(buttons)) button.disabled = true;
    say("busy", `Drawing ${where} …`);
    context?.clearRect(0, 0, width, height);
    // what was said, and the empty picture, are to be seen before the page stops
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    pulse.reset();
    const started = performance.now();
    try {
      await draw[place]();
      const took = performance.now() - started;
      const pause = await pulse.longest();
      byId(`fractal-took-${place}`, HTMLElement).textContent = duration(took);
      byId(`fractal-pause-${place}`, HTMLElement).textContent = duration(pause);
      say("done", `Drawn ${where} in ${duration(took)}; the page stopped for ${duration(pause)} at most.`);
    } catch (error) {
      say("failed", `It could not be drawn ${where}. ${error}`);
    }
    for (const button of Object.values(buttons)) button.disabled = false;
  }

  function say(state: "busy" | "done" | "failed", text: string): void {
    status.dataset.state = state;
    status.textContent = text;
  }

  for (const place of ["workers", "page"] as const) buttons[place].addEventListener("click", () => void race(place));
}

function duration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
