import { CloseCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { ToTagged } from "../app.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Uplink } from "../bus/uplink.ts";
import { closeReason } from "../connection/close-reason.ts";
import type { AllAskedData, AskAllData } from "../control/control-questions.ts";
import { bodyOf } from "../control/direct-body.ts";
import { readSelector } from "./selector.ts";
import { checkTags } from "./tags.ts";

/** Has all socket workers asked. @returns how many connections that were, and how many workers stayed silent */
export type AskAll = (question: AskAllData) => Promise<readonly [count: number, silent: number]>;

/** Reaches connections by their tags, wherever they are. */
export function toTagged(tags: Readonly<Record<string, string>>, pack: Pack, ask: AskAll): ToTagged {
  const selector = readSelector(Object.entries(tags));
  async function counted(question: AskAllData): Promise<number> {
    const [count, silent] = await ask(question);
    if (silent === 0) return count;
    throw new AppError("UNAVAILABLE", `${silent} socket workers did not answer in time.`, { count, silent });
  }
  return {
    publish: async (data) => counted(["send", [selector, bodyOf(data, pack)]]),
    setTags: async (changes) => counted(["setTags", [selector, checkTags(changes)]]),
    async close(code = CloseCode.NORMAL) {
      closeReason(code); // looks at the code
      return counted(["close", [selector, null, code]]);
    },
  };
}

/** Asks by way of the primary, as a socket worker does. */
export function askByPrimary(uplink: Pick<Uplink, "ask">, pack: Pack): AskAll {
  return (question) =>
    new Promise((resolve, reject) => {
      uplink.ask(BusType.ASK_ALL, "", pack.pack(question), (error, frame) => {
        if (frame === undefined) {
          reject(error);
          return;
        }
        const [count, silent, code, message] = pack.unpack(frame.data) as AllAskedData;
        if (code === undefined) resolve([count, silent]);
        else reject(new AppError(code, message));
      });
    });
}
