import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { DecodeError } from "../../shared/budget.ts";
import { createJsonCodec } from "../../shared/json-codec.ts";
import { createMsgpackCodec } from "../../shared/msgpack-codec.ts";
import { DEFLATED } from "../../shared/msgpack-frames.ts";
import { zlibDeflate } from "../connection/zlib-deflate.ts";
import type { Body, BodyKind } from "../control/direct-body.ts";
import { BadRequest, type ControlRequest, type ControlServices } from "./route.ts";

const KINDS: Readonly<Record<string, BodyKind>> = {
  "application/octet-stream": "bytes",
  "application/json": "json",
  "application/msgpack": "msgpack",
  "application/x-msgpack": "msgpack",
  "application/vnd.msgpack": "msgpack",
};

/** What content types may be named, for who asks what there is. */
export const BODY_TYPES: readonly string[] = ["text/plain", ...Object.keys(KINDS)];

/**
 * Reads a request's body.
 * @param most bytes that it may have
 * @throws BadRequest where it has more; the rest is not read then
 */
export async function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  const tooLarge = () => bodyTooLarge(most);
  const announced = Number(request.headers["content-length"] ?? 0);
  // chunks that are announced are some
  if (announced > most || (most === 0 && request.headers["transfer-encoding"] !== undefined)) throw tooLarge();
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}

/** Says that a body is larger than it may be. */
export function bodyTooLarge(most: number): BadRequest {
  return new BadRequest(most === 0 ? "no body is taken here" : `the body may have ${most} bytes`, 413);
}

/** What kind of body the content type says it is: text where it says nothing of what is known here. */
export function kindOf({ headers }: Pick<ControlRequest, "headers">): BodyKind {
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  return (Object.hasOwn(KINDS, type) && KINDS[type]) || "text";
}

/**
 * A body that connections are to be sent, looked at.
 * @throws BadRequest where it is not what its content type says
 */
export function directBody(request: ControlRequest, services: ControlServices): Body {
  const kind = kindOf(request);
  if (kind === "text" && !isUtf8(request.body)) {
    throw new BadRequest(
      "the body is no text in UTF-8; of the content type application/octet-stream it may be anything",
    );
  }
  if (kind === "json" || kind === "msgpack") readValue(request, services, kind);
  return { kind, bytes: request.body };
}

/**
 * The value that a body is: MessagePack where the content type says so, else JSON. Undefined where there is none.
 * @throws BadRequest where it is neither, or too deep, or of too many parts
 */
export function readValue(
  { body, ...request }: ControlRequest,
  { config }: ControlServices,
  kind = kindOf(request),
): unknown {
  if (body.length === 0) return undefined;
  try {
    if (kind !== "msgpack") {
      if (!isUtf8(body)) throw new BadRequest("the body is no JSON in UTF-8");
      return createJsonCodec(config).decode(body.toString());
    }
    if (body[0] === DEFLATED) throw new BadRequest("the body is no MessagePack");
    return createMsgpackCodec({ ...config, deflate: zlibDeflate, budget: config }).decode(body);
  } catch (error) {
    if (error instanceof DecodeError) throw new BadRequest(error.message, error.reason === "size" ? 413 : 400);
    throw error;
  }
}
