import type { Snapshot } from "../metrics/snapshot.ts";
import type { Selector } from "../tags/selector.ts";
import type { TagChanges, Tags } from "../tags/tags.ts";
import type { Body } from "./direct-body.ts";

/** One connection, for people and tools to look at. */
export interface ConnectionFacts {
  readonly id: string;
  /** The name of its host, where there may be several. */
  readonly node?: string;
  readonly worker: number;
  readonly path: string;
  readonly user?: string;
  readonly session?: string;
  /** The client's IP address. */
  readonly address: string;
  readonly tags: Tags;
}

/** Some connections, in the order in which they were opened, and where to go on; undefined where these were the last. */
export interface ConnectionPage {
  readonly connections: readonly ConnectionFacts[];
  readonly next?: number;
}

/** Values of tags that connections have: [name, value]. */
export interface TagTree {
  readonly values: readonly (readonly [string, string])[];
  /** Whether there are more than are told. */
  readonly more: boolean;
}

/** Channels with subscribers, and what was delivered in them: [name, subscribers, deliveries since last asked]. */
export interface ChannelTops {
  readonly channels: readonly (readonly [string, number, number])[];
  /** Whether there are so many channels that not all were looked at. */
  readonly more: boolean;
}

/** A procedure that somebody with the control port calls. */
export interface SystemCall {
  readonly procedure: string;
  readonly input: unknown;
  /** On whose behalf; undefined for nobody's, and then no guard stands before it. */
  readonly user?: string;
  readonly timeoutMs?: number;
}

/** What a call gave: its result, and before it the items of a stream. */
export interface SystemAnswer {
  readonly result: unknown;
  readonly items?: readonly unknown[];
}

/**
 * What the primary asks socket workers, by name: the arguments, and the answer. All of it is plain data, as it travels
 * as MessagePack.
 */
export interface ControlQuestions {
  /** Sends a body to connections. @returns to how many */
  send(selector: Selector, body: Body): number;
  /** Changes tags of connections. @returns of how many; and how many would have too many */
  setTags(selector: Selector, changes: TagChanges): readonly [changed: number, refused: number];
  /** Sends connections a body, if there is one, and closes them. @returns how many */
  close(selector: Selector, body: Body | null, code: number): number;
  /** Tells of connections, page by page. */
  list(selector: Selector, after: number, most: number): ConnectionPage;
  tree(): TagTree;
  /** Counts connections. */
  count(selector: Selector): number;
  /** Tells of the channels with most subscribers, and of those with most deliveries since this was last asked. */
  channels(most: number): ChannelTops;
  /** What it has counted, and how large it all is. */
  metrics(): Snapshot;
  /** Publishes. @returns the offset, where the channel keeps a history */
  publish(channel: string, data: unknown): number | null;
  call(call: SystemCall): SystemAnswer;
}

export type QuestionName = keyof ControlQuestions;
export type Asked<Name extends QuestionName> = Parameters<ControlQuestions[Name]>;
export type AnswerTo<Name extends QuestionName> = ReturnType<ControlQuestions[Name]>;

/** What one socket worker may have asked of all, as the data of an ASK_ALL frame: what is answered by a count. */
export type AskAllData = readonly [name: "send" | "setTags" | "close", args: readonly unknown[]];

/** The answer: connections, and workers that stayed silent; with a code and a text where it is a refusal. */
export type AllAskedData =
  | readonly [count: number, silent: number]
  | readonly [count: number, silent: number, code: string, message: string];

/** A question on its way, as the data of a CONTROL frame. */
export type QuestionData = readonly [number: number, name: QuestionName, args: readonly unknown[]];

/** Its answer, as that of a CONTROL_ANSWER: with a code and a text where it is a refusal. */
export type AnswerData =
  | readonly [number: number, answer: unknown]
  | readonly [number: number, answer: null, code: string, message: string, details?: unknown];
