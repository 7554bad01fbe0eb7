import { describeDeflate } from "../../shared/test/deflate-suite.ts";
import { zlibDeflate } from "./zlib-deflate.ts";

describeDeflate("zlibDeflate", zlibDeflate);
