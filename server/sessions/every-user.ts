import type { Pack } from "../../shared/msgpack-codec.ts";
import type { RevokeOptions, RevokeTarget, ToTagged, ToUser, UserActions } from "../app.ts";
import { BusType } from "../bus/bus-type.ts";
import { readNumber } from "../bus/numbers.ts";
import type { Uplink } from "../bus/uplink.ts";
import { checkName } from "../check-name.ts";
import { packedData } from "../packed-data.ts";
import { askByPrimary, toTagged } from "../tags/every-tagged.ts";
import { revokeBytes } from "./user-bus.ts";

export interface EveryUserServices {
  readonly uplink: Pick<Uplink, "ask">;
  readonly pack: Pack;
}

/** Reaches users, and others, by way of the primary, which knows where each is connected. */
export class EveryUser implements UserActions {
  readonly #services: EveryUserServices;

  constructor(services: EveryUserServices) {
    this.#services = services;
  }

  // functions of their own, as they are handed out without the object
  readonly toUser = (user: string): ToUser => {
    checkName(user, "A user");
    return { publish: (data) => this.#ask(BusType.TELL_USER, user, () => packedData(data, this.#services.pack)) };
  };

  readonly toTagged = (tags: Readonly<Record<string, string>>): ToTagged => {
    const { uplink, pack } = this.#services;
    return toTagged(tags, pack, askByPrimary(uplink, pack));
  };

  readonly revoke = (target: RevokeTarget, { ban = false }: RevokeOptions = {}): Promise<number> => {
    const ofUser = "user" in target;
    const name = ofUser ? target.user : target.session;
    checkName(name, ofUser ? "A user" : "A session's id");
    return this.#ask(BusType.REVOKE, name, () => revokeBytes(ofUser, ban));
  };

  #ask(type: BusType, channel: string, data: () => Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#services.uplink.ask(type, channel, data(), (error, frame) => {
        if (frame === undefined) reject(error);
        else resolve(readNumber(frame.data, 0));
      });
    });
  }
}
