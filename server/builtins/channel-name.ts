import * as z from "zod";
import { MAX_NAME_LENGTH } from "../../shared/message.ts";

/** A channel's name, in the input of a procedure. */
export const channelName = z.string().min(1).max(MAX_NAME_LENGTH);
