// What a page fetches when it first has a Centaurus do something for its client. Imports nothing that the client's start
// has as well: bundlers would put that into a third file.
export { offload } from "./workers/offload.ts";
export { createShare } from "./workers/share.ts";
