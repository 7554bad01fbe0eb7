// Type tests: compiled by tsc with everything else, never run. A wrong type is an error of the build.

import type { ChannelsOf, Contract, DataOf, InputOf, ItemOf, OutputOf, ProceduresOf, StreamNames } from "./contract.ts";
import type { CallMessage, ClientMessage, Kind, MessageOf, PresenceMessage } from "./message.ts";
import type { SchemaInput, SchemaOutput, StandardSchema } from "./standard-schema.ts";
import type { All, Equal } from "./test/type-checks.ts";

interface Point {
  x: number;
  y: number;
}

interface Context {
  readonly id: number;
}

/** Takes text and gives a number, as a coercing validator does. */
type Coercing = StandardSchema<string, number>;

interface Procedures {
  plain: (input: Point, context: Context) => number;
  none: () => string;
  optional: (ms?: number) => void;
  asynchronous: (input: string) => Promise<{ id: number }>;
  withHandler: { handler: (input: Point) => Point; timeoutMs: number };
  withSchema: { input: Coercing; handler: (input: number, context: Context) => Promise<boolean> };
  stream: (input: { to: number }) => AsyncGenerator<number, string>;
  syncStream: { handler: () => Generator<"tick", void> };
  schemaStream: { input: Coercing; handler: (input: number) => AsyncGenerator<Point> };
  list: () => number[];
  text: (input: string | null) => string;
}

interface Channels {
  "chat:*": { readonly data: Coercing };
  open: Record<never, never>;
}

type App = Contract<Procedures, Channels>;

export type ContractChecks = All<
  [Equal<ProceduresOf<App>, Procedures>, Equal<ChannelsOf<App>, Channels>, Equal<ProceduresOf<string>, never>]
>;

export type InputChecks = All<
  [
    Equal<InputOf<Procedures["plain"]>, Point>,
    Equal<InputOf<Procedures["none"]>, undefined>,
    // a default value or a question mark makes a parameter optional, not absent
    Equal<InputOf<Procedures["optional"]>, number | undefined>,
    Equal<InputOf<Procedures["withHandler"]>, Point>,
    // what goes into the schema, not what the handler gets
    Equal<InputOf<Procedures["withSchema"]>, string>,
    Equal<InputOf<Procedures["schemaStream"]>, string>,
    Equal<InputOf<Procedures["syncStream"]>, undefined>,
    Equal<InputOf<Procedures["text"]>, string | null>,
    Equal<InputOf<5>, never>,
  ]
>;

export type OutputChecks = All<
  [
    Equal<OutputOf<Procedures["plain"]>, number>,
    Equal<OutputOf<Procedures["optional"]>, void>,
    Equal<OutputOf<Procedures["asynchronous"]>, { id: number }>,
    Equal<OutputOf<Procedures["withHandler"]>, Point>,
    Equal<OutputOf<Procedures["withSchema"]>, boolean>,
    Equal<OutputOf<Procedures["stream"]>, string>,
    Equal<OutputOf<Procedures["syncStream"]>, void>,
    Equal<OutputOf<Procedures["list"]>, number[]>,
  ]
>;

export type StreamChecks = All<
  [
    Equal<ItemOf<Procedures["stream"]>, number>,
    Equal<ItemOf<Procedures["syncStream"]>, "tick">,
    Equal<ItemOf<Procedures["schemaStream"]>, Point>,
    Equal<ItemOf<Procedures["plain"]>, never>,
    // arrays and texts can be iterated and are results all the same
    Equal<ItemOf<Procedures["list"]>, never>,
    Equal<ItemOf<Procedures["text"]>, never>,
    Equal<StreamNames<Procedures>, "stream" | "syncStream" | "schemaStream">,
  ]
>;

export type DataChecks = All<
  [
    Equal<DataOf<Channels["chat:*"]>, string>,
    Equal<DataOf<Channels["open"]>, unknown>,
    Equal<SchemaInput<Coercing>, string>,
    Equal<SchemaOutput<Coercing>, number>,
  ]
>;

export type MessageChecks = All<
  [
    Equal<MessageOf<typeof Kind.CALL>, CallMessage>,
    Equal<MessageOf<typeof Kind.PRESENCE>, PresenceMessage>,
    Equal<PresenceMessage extends ClientMessage ? true : false, false>,
  ]
>;
