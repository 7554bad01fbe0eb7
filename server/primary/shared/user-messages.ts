import { lengthened, readLengthened } from "./fields.ts";

/** What is asked of all hosts. */
export const Ask = {
  /** Tell the connections of a user something, and say how many there are. */
  TELL: 0,
  /** End a session that the hosts alone know of. */
  END: 1,
} as const;

export type Ask = (typeof Ask)[keyof typeof Ask];

/** A question to all hosts: u8 which · u32 its number · u16 close code · who asks and about whom, behind their lengths · data. */
export interface HostQuestion {
  readonly ask: Ask;
  readonly number: number;
  readonly code: number;
  readonly origin: string;
  /** A user, or the id of a session. */
  readonly name: string;
  readonly data: Uint8Array;
}

const QUESTION_BYTES = 7;
const ANSWER_BYTES = 8;
/** What scripts write: when, f64 · u16 close code · u32 number of the question. */
const REVOCATION_BYTES = 14;

export function questionBytes({ ask, number, code, origin, name, data }: HostQuestion): Uint8Array {
  const head = Buffer.allocUnsafe(QUESTION_BYTES);
  head.writeUInt8(ask);
  head.writeUInt32LE(number, 1);
  head.writeUInt16LE(code, 5);
  return Buffer.concat([head, lengthened([origin, name]), data]);
}

export function readQuestion(bytes: Buffer): HostQuestion {
  const { texts, rest } = readLengthened(bytes.subarray(QUESTION_BYTES), 2);
  const [origin = "", name = ""] = texts;
  return {
    ...{ origin, name, data: rest },
    ask: bytes.readUInt8() as Ask,
    number: bytes.readUInt32LE(1),
    code: bytes.readUInt16LE(5),
  };
}

/** The answer: u32 number of the question · u32 how many · who answers. */
export function answerBytes(number: number, count: number, host: string): Uint8Array {
  const head = Buffer.allocUnsafe(ANSWER_BYTES);
  head.writeUInt32LE(number);
  head.writeUInt32LE(count, 4);
  return Buffer.concat([head, Buffer.from(host)]);
}

export function readAnswer(bytes: Buffer): [number: number, count: number, host: string] {
  return [bytes.readUInt32LE(), bytes.readUInt32LE(4), bytes.toString("utf8", ANSWER_BYTES)];
}

/** What all are told where a user is revoked. */
export interface Revocation {
  readonly user: string;
  readonly time: number;
  readonly code: number;
  readonly origin: string;
  /** 0 where nobody waits for an answer. */
  readonly number: number;
}

export function readRevocation(bytes: Buffer): Revocation {
  const { texts, rest } = readLengthened(bytes.subarray(REVOCATION_BYTES), 1);
  const [origin = ""] = texts;
  return {
    ...{ origin, user: rest.toString() },
    time: bytes.readDoubleLE(),
    code: bytes.readUInt16LE(8),
    number: bytes.readUInt32LE(10),
  };
}
