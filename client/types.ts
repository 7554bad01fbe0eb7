import type {
  ChannelsOf,
  Contract,
  DataOf,
  InputOf,
  ItemOf,
  OutputOf,
  ProceduresOf,
  ReceivedOf,
  StreamNames,
} from "../shared/contract.ts";

/** A procedure nothing is known of: it takes and gives anything, and may stream. */
type UntypedProcedure = (input: unknown) => AsyncGenerator<unknown, unknown>;

/** What `connect` assumes of an application whose type it is not given: any name, unknown data. */
export type UntypedContract = Contract<Record<string, UntypedProcedure>>;

/** Procedures that every server has; their names begin with `$`. */
type BuiltInName = `$${string}`;

/** Names that may be called. */
export type ProcedureName<App> = (keyof ProceduresOf<App> & string) | BuiltInName;

/** Names that may be streamed. */
export type StreamName<App> = (StreamNames<ProceduresOf<App>> & string) | BuiltInName;

type ProcedureNamed<App, Name> = Name extends keyof ProceduresOf<App> ? ProceduresOf<App>[Name] : UntypedProcedure;

export type CallInput<App, Name> = InputOf<ProcedureNamed<App, Name>>;
export type CallOutput<App, Name> = OutputOf<ProcedureNamed<App, Name>>;
export type StreamItem<App, Name> = ItemOf<ProcedureNamed<App, Name>>;

/** The arguments after the name: the input may be left out where there need be none. */
export type Arguments<Input, Options> = undefined extends Input
  ? [input?: Input, options?: Options]
  : [input: Input, options?: Options];

/** What may be published on a channel, by its rule; anything where there is none. */
export type ChannelData<App, Channel extends string> = DataOf<RuleFor<ChannelsOf<App>, Channel>>;

/** What a channel's subscribers get, by its rule; unknown where there is none. */
export type ChannelReceived<App, Channel extends string> = ReceivedOf<RuleFor<ChannelsOf<App>, Channel>>;

/** The rule of that very name, else that of the longest pattern that fits. */
type RuleFor<Rules, Channel extends string> = Channel extends keyof Rules
  ? Rules[Channel]
  : [PatternFor<Rules, Channel>] extends [never]
    ? unknown
    : Rules[Longest<PatternFor<Rules, Channel>> & keyof Rules];

/** Of patterns that fit one channel, the one whose prefix begins with all the others'. */
type Longest<Patterns> = {
  [Pattern in Patterns & string]: [Longer<Patterns, Pattern>] extends [never] ? Pattern : never;
}[Patterns & string];

type Longer<Patterns, Than extends string> = Than extends `${infer Prefix}*`
  ? Exclude<Patterns & `${Prefix}${string}*`, Than>
  : never;

type PatternFor<Rules, Channel extends string> = {
  [Rule in keyof Rules]: Rule extends `${infer Prefix}*`
    ? Channel extends `${Prefix}${string}`
      ? Rule
      : never
    : never;
}[keyof Rules];
