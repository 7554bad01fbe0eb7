import { deflateSync } from "fflate/browser";
import type { Deflate, InflateErrors } from "../shared/deflate.ts";
import { inflate } from "./inflate.ts";

/** Raw DEFLATE for pages, at a third of pako's size. A page fetches it when a message is first to be (in)flated. */
export function createPageDeflate(errors: InflateErrors): Deflate {
  return {
    deflate: (bytes) => deflateSync(bytes),
    inflate: (bytes, maxLength) => inflate(bytes, maxLength, errors),
  };
}
