import { loadDuplicate } from "../../../server/transport/adopt.ts";
import { type Check, ok, warning } from "../check.ts";

export const koffi: Check = {
  name: "koffi",
  async run({ config }) {
    const duplicate = await loadDuplicate();
    if (typeof duplicate !== "string") return [ok("loads: connections can be dealt in turn")];
    if (config.balance === "kernel" || config.workers === 0) return [ok(`not needed here; ${duplicate}`)];
    return [warning(duplicate, "the system balances connections instead; balance: kernel says that this is meant")];
  },
};
