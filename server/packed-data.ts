import { EncodeError } from "../shared/budget.ts";
import { AppError } from "../shared/errors.ts";
import type { Pack } from "../shared/msgpack-codec.ts";
import { portable } from "../shared/portable.ts";

/**
 * Data that an application gives, as MessagePack.
 * @throws AppError `BAD_REQUEST` where it cannot be encoded
 */
export function packedData(data: unknown, pack: Pack): Uint8Array {
  try {
    return pack.pack(portable(data));
  } catch (error) {
    if (error instanceof EncodeError) throw new AppError("BAD_REQUEST", error.message);
    throw error;
  }
}
