import { DEFLATED } from "../shared/msgpack-frames.ts";
import type { LateDeflate } from "./late-deflate.ts";

/** How long the code may take to come, in milliseconds. */
const LOAD_MS = 30_000;
/** How much may wait for it, in bytes (of text frames, which are nonsense, in characters): as much as one frame may hold. */
const HELD_BYTES = 16_777_216;
/** What a frame costs by itself, however little it holds. */
const FRAME_BYTES = 128;

/** What stands between a connection's frames and its codec. */
export interface Hold {
  /** Takes a frame as it arrives: hands it on at once, or after what is held. */
  take(data: unknown): void;
  /** Lets go of what is held, for good. */
  forget(): void;
}

/**
 * Hands on the frames of one connection in their order. From the first deflated one on they are held until the code that
 * inflates is there.
 *
 * @param receive takes the frames
 * @param failed called once where the code cannot be had or too much waits for it; what was held is gone
 */
export function holdDeflated(
  deflate: LateDeflate,
  receive: (data: unknown) => void,
  failed: (text: string) => void,
): Hold {
  let held: unknown[] | undefined;
  let size = 0;
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Holds nothing any more. @returns what was held */
  function release(): unknown[] {
    const frames = held ?? [];
    clearTimeout(timer);
    held = undefined;
    size = 0;
    return frames;
  }

  function forget(): void {
    over = true;
    release();
  }

  function fail(text: string): void {
    if (over) return;
    forget();
    failed(text);
  }

  function start(load: () => Promise<void>): void {
    const broken = () => fail("the code that inflates messages could not be loaded");
    held = [];
    timer = setTimeout(broken, LOAD_MS);
    load().then(() => {
      for (const data of release()) receive(data);
    }, broken);
  }

  return {
    take(data) {
      if (held === undefined && deflate.load !== undefined && isDeflated(data)) start(deflate.load);
      if (held === undefined) {
        receive(data);
        return;
      }
      held.push(data);
      size += FRAME_BYTES + ((data as ArrayBuffer).byteLength ?? (data as string).length);
      if (size > HELD_BYTES) fail("too much came while the code that inflates messages was being loaded");
    },
    forget,
  };
}

function isDeflated(data: unknown): boolean {
  return typeof data !== "string" && new Uint8Array(data as ArrayBuffer)[0] === DEFLATED;
}
