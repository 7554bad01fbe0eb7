import type { StateReason } from "../../client/index.ts";
import { CloseCode } from "../../shared/codes.ts";

/** As WebSockets call an end without a close: a network or a process that is gone, or nobody there. */
const WITHOUT_A_WORD = 1006;

/** The protocol's own words are for people who know it. */
const WORDS: Readonly<Record<number, string>> = {
  [CloseCode.GOING_AWAY]: "the server is restarting",
  [CloseCode.RESTART]: "the server is restarting",
  [CloseCode.TRY_LATER]: "the server has too much to do",
  [CloseCode.NO_HEARTBEAT]: "nothing was heard for too long",
  [CloseCode.FLOODING]: "this page sent too much",
  [CloseCode.SLOW_READER]: "this page read too slowly",
};

/** Why the connection there was is gone. Empty where this page gave it up for a new one. */
export function lossText(reason: StateReason): string {
  return reason.code === undefined ? "" : text(reason, "the connection was lost");
}

/** Why there is none after an attempt to connect. */
export function failureText(reason: StateReason): string {
  return text(reason, "the server cannot be reached");
}

/** @param silence what it is where nobody said a word */
function text({ code, text: said, attempt = 1 }: StateReason, silence: string): string {
  const why = code === WITHOUT_A_WORD ? silence : (WORDS[code ?? 0] ?? said);
  return attempt === 1 ? why : `${why}; retry ${attempt}`;
}
