import type { Script } from "../../redis/shared-redis.ts";
import { ANSWER_FUNCTIONS } from "./answer-functions.ts";
import { QUEUED_FUNCTIONS } from "./queued-functions.ts";
import { SESSION_FUNCTIONS } from "./session-functions.ts";
import { USER_FUNCTIONS } from "./user-functions.ts";

/** One script for all of it: so whatever is run about one session is run in the order in which it happened. */
export const SESSION_SCRIPT: Script = {
  name: "sessions",
  source: `
-- a text behind its length, as lengthened() writes it
local function long(text) return struct.pack('<I2', #text) .. text end
${ANSWER_FUNCTIONS}${SESSION_FUNCTIONS}${USER_FUNCTIONS}${QUEUED_FUNCTIONS}`,
};
