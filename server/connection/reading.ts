import { DecodeError, tooBig } from "../../shared/budget.ts";
import { isBatch } from "../../shared/codec.ts";
import { CloseCode } from "../../shared/codes.ts";
import { AppError, errorReply } from "../../shared/errors.ts";
import { DEFLATED } from "../../shared/msgpack-frames.ts";
import type { Connection } from "./connection.ts";

/** A frame of so many bytes may be dear, as may any that is deflated. */
const LARGE = 4_096;
/** Of what is cheap so many together may be dear. */
const MANY = 16;

/** Takes a frame, whose bytes are valid only during the call: decodes it and does what it asks for, or has it wait. */
export function receive(connection: Connection, bytes: ArrayBuffer, binary: boolean): void {
  if (connection.closing) return;
  const { inbox, outbox, services } = connection;
  services.traffic.received(bytes.byteLength);
  if (inbox !== undefined) {
    inbox.keep(bytes, binary);
    return;
  }
  const frame = Buffer.from(bytes);
  connection.received = (connection.received + 1) % MANY;
  const dear = frame.length >= LARGE || frame[0] === DEFLATED || connection.received === 0 || outbox.heavy;
  outbox.heavy = false;
  if (dear && services.fairness.over) {
    const waits = connection.waiting();
    waits.wait();
    waits.keep(bytes, binary);
    return;
  }
  // as atOnce does, without a function for each frame
  outbox.begin();
  try {
    read(connection, frame, binary);
  } finally {
    end(connection);
  }
}

/** Does something that may have much to say: that leaves together, at its end. */
export function atOnce(connection: Connection, done: () => void): void {
  connection.outbox.begin();
  try {
    done();
  } finally {
    end(connection);
  }
}

function end({ outbox, services }: Connection): void {
  outbox.end();
  services.times.end();
}

/** Decodes a frame, and does what it asks for. */
export function read(connection: Connection, frame: Buffer, binary: boolean): void {
  const { services } = connection;
  try {
    // before it is made into text, which costs as much as it is long
    if (frame.length > services.maxPayload) throw tooBig(services);
    // a text frame is JSON and a binary one MessagePack, whatever was negotiated for the replies
    const decoded = binary ? services.msgpack.decode(frame) : services.json.decode(frame.toString());
    services.received(connection, frame.length);
    // it may have been the one too many
    if (connection.closing) return;
    connection.tap?.received(decoded, frame.length, binary);
    if (isBatch(decoded)) work(connection, decoded, 0);
    else services.dispatch(connection, decoded);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    refuse(connection, error);
  }
}

/** Does the messages of a batch from one on, as long as it may. */
export function work(connection: Connection, messages: readonly unknown[], from: number): void {
  const { outbox, services } = connection;
  const { dispatch, fairness } = services;
  for (let at = from; at < messages.length && !connection.closing; at++) {
    const dear = at > from && (at % MANY === MANY - 1 || outbox.heavy);
    if (connection.inbox?.held === true || (dear && fairness.over)) {
      connection.waiting().putBack(messages, at);
      return;
    }
    outbox.heavy = false;
    dispatch(connection, messages[at]);
  }
}

/** A frame that does not decode is answered once, and nothing more is read from who sent it. */
function refuse(connection: Connection, error: DecodeError): void {
  connection.services.counters.undecodable++;
  const tooLarge = error.reason === "size";
  connection.send(errorReply(null, new AppError(tooLarge ? "TOO_LARGE" : "BAD_REQUEST", error.message)));
  connection.close(tooLarge ? CloseCode.TOO_BIG : CloseCode.UNDECODABLE);
}
