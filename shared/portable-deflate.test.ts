import { portableDeflate } from "./portable-deflate.ts";
import { describeDeflate } from "./test/deflate-suite.ts";

describeDeflate("portableDeflate", portableDeflate);
