import { AppError } from "../../shared/errors.ts";
import { overloaded } from "../overloaded.ts";
import type { BusFrame } from "./bus-frame.ts";
import { BusType } from "./bus-type.ts";
import type { Link } from "./link.ts";

/** How long those are asked to wait for whom there is no room, in milliseconds. */
const RETRY_AFTER_MS = 200;

/** Answers what a worker has asked with an error. */
export function sendRefusal(link: Link, reference: number, { code, message }: AppError): void {
  link.send(BusType.REFUSED, reference, code, Buffer.from(message));
}

export function readRefusal({ channel: code, data }: BusFrame): AppError {
  return code === "OVERLOADED" ? overloaded(RETRY_AFTER_MS) : new AppError(code, data.toString());
}
