import { DEFLATED } from "../shared/msgpack-frames.ts";
import type { Decoded, HelperSlot } from "./codec-helper.ts";
import type { LateDeflate } from "./late-deflate.ts";
import { createLine, type Line } from "./line.ts";

/** How long the code may take to come, in milliseconds. */
const LOAD_MS = 30_000;

/**
 * Hands on the frames of one connection in their order. A deflated one is held, with all that follow, while a helper decodes
 * it, or until the code that inflates is there.
 *
 * @param receive takes the frames, of text or bytes, and what a helper made of them
 * @param failed called once where the code cannot be had or too much waits for it; what was held is gone
 */
export function holdDeflated(
  deflate: LateDeflate,
  slot: HelperSlot,
  receive: (data: unknown, decoded: Decoded | undefined) => void,
  failed: (text: string) => void,
): Line<unknown> {
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function forget(): void {
    over = true;
    clearTimeout(timer);
    line.forget();
  }

  function fail(text: string): void {
    if (over) return;
    forget();
    failed(text);
  }

  function loaded(load: () => Promise<void>): Promise<undefined> {
    const broken = () => fail("the code that inflates messages could not be loaded");
    timer = setTimeout(broken, LOAD_MS);
    return new Promise((resolve) => {
      load().then(() => {
        clearTimeout(timer);
        resolve(undefined);
      }, broken);
    });
  }

  const line = createLine<unknown, Decoded>({
    pass: receive,
    bytes: (data) => (data as ArrayBuffer).byteLength ?? (data as string).length,
    elsewhere: (data) => slot.helper?.decode(data),
    needs: (data) => (deflate.load !== undefined && isDeflated(data) ? loaded(deflate.load) : undefined),
    overflow: () => fail("too much came while the code that inflates messages was being loaded"),
  });
  return { ...line, forget };
}

function isDeflated(data: unknown): boolean {
  return typeof data !== "string" && new Uint8Array(data as ArrayBuffer)[0] === DEFLATED;
}
