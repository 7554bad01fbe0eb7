import type { SchemaInput, SchemaOutput, StandardSchema } from "./standard-schema.ts";

/**
 * What a client knows of an application, in types alone: `connect<typeof app>(url)` infers every call from this.
 * The property does not exist at run time.
 */
export interface Contract<Procedures = unknown, Channels = unknown> {
  readonly "~contract"?: { readonly procedures: Procedures; readonly channels: Channels };
}

/** The procedures of an application as its author wrote them, by name. */
export type ProceduresOf<App> = App extends Contract<infer Procedures, infer _Channels> ? Procedures : never;

/** The channel rules of an application as its author wrote them, by name or pattern. */
export type ChannelsOf<App> = App extends Contract<infer _Procedures, infer Channels> ? Channels : never;

/** What a caller passes: what the schema takes, or else the handler's first parameter; undefined where there is none. */
export type InputOf<Procedure> = Procedure extends { readonly input: infer Schema extends StandardSchema }
  ? SchemaInput<Schema>
  : HandlerOf<Procedure> extends (...parameters: infer Parameters) => unknown
    ? Parameters extends readonly []
      ? undefined
      : Parameters[0]
    : never;

/** What a call gives: what the handler returns, awaited; what a generator returns at its end. */
export type OutputOf<Procedure> =
  ReturnOf<Procedure> extends AsyncGenerator<infer _Item, infer Last> | Generator<infer _Item, infer Last>
    ? Last
    : Awaited<ReturnOf<Procedure>>;

/** What a streaming call gives item by item: what a generator yields; never for procedures that do not stream. */
export type ItemOf<Procedure> =
  ReturnOf<Procedure> extends AsyncIterable<infer Item> | Generator<infer Item, infer _Last> ? Item : never;

/** Names of the procedures that stream. */
export type StreamNames<Procedures> = {
  [Name in keyof Procedures]: [ItemOf<Procedures[Name]>] extends [never] ? never : Name;
}[keyof Procedures];

/** What may be published on a channel: what its rule's schema takes, or anything. */
export type DataOf<Rule> = Rule extends { readonly data: infer Schema extends StandardSchema }
  ? SchemaInput<Schema>
  : unknown;

/** What subscribers of a channel get: what its rule's schema gives, or anything. */
export type ReceivedOf<Rule> = Rule extends { readonly data: infer Schema extends StandardSchema }
  ? SchemaOutput<Schema>
  : unknown;

type HandlerOf<Procedure> = Procedure extends { readonly handler: infer Handler } ? Handler : Procedure;
type ReturnOf<Procedure> = HandlerOf<Procedure> extends (...parameters: never) => infer Return ? Return : never;
