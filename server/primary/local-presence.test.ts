import { LocalPresence } from "./local-presence.ts";
import { describePresence } from "./test/presence-suite.ts";

const keeper = new LocalPresence(10_000_000);
describePresence("a host alone", () => [keeper, keeper]);
