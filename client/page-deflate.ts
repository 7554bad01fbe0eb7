import { deflateSync } from "fflate/browser";
import type { Deflate } from "../shared/deflate.ts";
import { inflate } from "./inflate.ts";

/** Raw DEFLATE for pages: a third of pako's bytes. A page loads it when the first deflated message comes or goes. */
export const pageDeflate: Deflate = { deflate: (bytes) => deflateSync(bytes), inflate };
