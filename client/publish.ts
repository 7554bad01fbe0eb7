import { type AckInfo, Kind } from "../shared/message.ts";
import type { CallHost } from "./call.ts";
import type { PublishOptions } from "./options.ts";

export interface PublishEnds {
  readonly resolve: (info: AckInfo) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Publishes. Where the answer is lost with its connection, it is asked for on the next: what makes that safe is the key,
 * which has the server publish it once in a session.
 *
 * @throws AppError, RangeError as a request does; the signal's reason
 */
export function startPublish(
  host: CallHost,
  channel: string,
  data: unknown,
  options: PublishOptions,
  ends: PublishEnds,
) {
  const { acknowledge = true, key = host.attempts > 1 ? host.nextKey() : undefined, ...request } = options;
  const { timeoutMs = host.timeoutMs } = options;
  const { requests } = host;
  const began = performance.now();
  let encoded: Uint8Array | undefined;
  let session: string | undefined;

  function send(): void {
    requests.send(
      (id) => {
        if (!acknowledge) return [Kind.PUBLISH, null, channel, data];
        return key === undefined ? [Kind.PUBLISH, id, channel, data] : [Kind.PUBLISH, id, channel, data, { key }];
      },
      {
        ...request,
        inOrder: true,
        ...{ timeoutMs: Math.max(1, timeoutMs + began - performance.now()), encoded, session, answer: Kind.ACK },
        encodedAs: (piece) => {
          encoded = piece;
        },
        sent: (id) => {
          if (!acknowledge) requests.resolve(id, undefined);
        },
        resolve: (info) => ends.resolve((info as AckInfo | null | undefined) ?? {}),
        reject: ends.reject,
        lost: (id) => {
          session = host.session();
          if (key === undefined || session === undefined) return false;
          requests.drop(id);
          try {
            send();
          } catch (error) {
            ends.reject(error);
          }
          return true;
        },
      },
    );
  }

  send();
}
