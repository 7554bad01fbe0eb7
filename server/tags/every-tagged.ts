import { CloseCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { ToTagged } from "../app.ts";
import { BusType } from "../bus/bus-frame.ts";
import type { Uplink } from "../bus/uplink.ts";
import { closeReason } from "../connection/close-reason.ts";
import type { AllAskedData, AskAllData } from "../control/control-questions.ts";
import { bodyOf } from "../control/direct-body.ts";
import { readSelector } from "./selector.ts";
import { checkTags } from "./tags.ts";

export interface EveryTaggedServices {
  readonly uplink: Pick<Uplink, "ask">;
  readonly pack: Pack;
}

/** Reaches connections by their tags, by way of the primary, which asks all socket workers. */
export function toTagged(tags: Readonly<Record<string, string>>, services: EveryTaggedServices): ToTagged {
  const selector = readSelector(Object.entries(tags));
  return {
    publish: async (data) => askAll(["send", [selector, bodyOf(data, services.pack)]], services),
    setTags: async (changes) => askAll(["setTags", [selector, checkTags(changes)]], services),
    async close(code = CloseCode.NORMAL) {
      closeReason(code); // looks at the code
      return askAll(["close", [selector, null, code]], services);
    },
  };
}

function askAll(question: AskAllData, { uplink, pack }: EveryTaggedServices): Promise<number> {
  return new Promise((resolve, reject) => {
    uplink.ask(BusType.ASK_ALL, "", pack.pack(question), (error, frame) => {
      if (frame === undefined) {
        reject(error);
        return;
      }
      const [count, silent, code, message] = pack.unpack(frame.data) as AllAskedData;
      if (code !== undefined) reject(new AppError(code, message));
      else if (silent === 0) resolve(count);
      else reject(new AppError("UNAVAILABLE", `${silent} socket workers did not answer in time.`, { count, silent }));
    });
  });
}
