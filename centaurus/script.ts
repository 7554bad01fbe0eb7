// `centaurus.js`: a classic script that defines the global `Centaurus`, and all else as properties of that.
import { ERRORS } from "./errors-by-name.ts";
import { Centaurus } from "./index.ts";
import { transfer } from "./transfer.ts";

Object.assign(globalThis, { Centaurus: Object.assign(Centaurus, { transfer }, ERRORS) });
