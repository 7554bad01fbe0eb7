import type { CodecHelper, Decoded, HelperSlot } from "../codec-helper.ts";
import type { OffloadOptions } from "./offload-options.ts";
import { poolFunction, type WorkerPool } from "./worker-pool.ts";

/** How long frames stay here after one could not be done elsewhere, in milliseconds. */
const REST_MS = 30_000;
/** The first byte of a deflated frame. */
const DEFLATED = 0xc1;

/**
 * Has a client's large frames decoded and deflated in web workers, as soon as these have loaded what it takes.
 *
 * @param slot where the client looks for its helper
 * @param failed told, once, why something could not be done there; it is done here then
 * @returns what ends it
 */
export function offload(
  pool: WorkerPool,
  slot: HelperSlot,
  options: OffloadOptions,
  failed: (error: unknown) => void,
): () => void {
  const { receiveBytes = 16_384, plainBytes = Infinity, sendBytes = 16_384, timeoutMs = 5_000 } = options;
  const { url = new URL("./client-codec.mjs", import.meta.url) } = options;
  const decode = poolFunction(pool, "fugitiveDecode");
  // what is given to this one is a copy that nobody else has, and may be moved
  const frame = poolFunction(pool, "fugitiveFrame").with({ transfer: true });
  let over = false;
  let told = false;
  let restUntil = 0;

  function couldNot(error: unknown): void {
    restUntil = performance.now() + REST_MS;
    if (told || over) return;
    told = true;
    failed(new Error("A web worker could not do a client's work, which is done without it.", { cause: error }));
  }

  /** Calls a function, and gives up in time, be it one that has not begun for the work of others. */
  async function attempt<Result>(its: typeof decode, ...parameters: unknown[]): Promise<Result | undefined> {
    const controller = new AbortController();
    const timer = setTimeout(
      () => controller.abort(new Error(`A web worker took longer than ${timeoutMs} ms.`)),
      timeoutMs,
    );
    try {
      return (await its.with({ signal: controller.signal })(...parameters)) as Result;
    } catch (error) {
      couldNot(error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  const rests = () => performance.now() < restUntil;

  const helper: CodecHelper = {
    decode(data) {
      const { byteLength } = data as ArrayBuffer;
      // text has no such length
      if (!(byteLength >= receiveBytes) || rests()) return undefined;
      const bytes = new Uint8Array(data as ArrayBuffer);
      if (bytes[0] !== DEFLATED && byteLength < plainBytes) return undefined;
      // copied rather than moved: what becomes of the web worker must not become of the frame
      return attempt<Decoded>(decode, bytes);
    },
    frame(pieces) {
      let size = 0;
      for (const piece of pieces) size += piece.length;
      if (size < sendBytes || rests()) return undefined;
      const whole = new Uint8Array(size);
      let at = 0;
      for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.length;
      }
      return attempt<Uint8Array>(frame, whole, pieces.length);
    },
  };

  (async () => {
    await pool.registerModule(url);
    if (!over) slot.helper = helper;
  })().catch(couldNot);

  return () => {
    over = true;
    if (slot.helper === helper) slot.helper = undefined;
  };
}
