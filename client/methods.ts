import type { InputOf, OutputOf } from "../shared/contract.ts";
import type { CallOptions } from "./options.ts";
import type { Arguments, CallInput, CallOutput, ProcedureName } from "./types.ts";

type Head<Name> = Name extends `${infer First}.${string}` ? First : Name;

type Below<Procedures, First extends string> = {
  [Name in keyof Procedures as Name extends `${First}.${infer Rest}` ? Rest : never]: Procedures[Name];
};

type Method<Procedure> = (...rest: Arguments<InputOf<Procedure>, CallOptions>) => Promise<OutputOf<Procedure>>;

type Node<Procedures, First extends string> = (First extends keyof Procedures ? Method<Procedures[First]> : unknown) &
  (keyof Below<Procedures, First> extends never ? unknown : Methods<Below<Procedures, First>>);

/** Where no names are known, any path is a method. */
export interface UntypedMethods {
  (input?: unknown, options?: CallOptions): Promise<unknown>;
  readonly [name: string]: UntypedMethods;
}

/** Procedures as functions, nested as their dotted names are. */
export type Methods<Procedures> = string extends keyof Procedures
  ? { readonly [name: string]: UntypedMethods }
  : { readonly [First in Head<keyof Procedures & string>]: Node<Procedures, First> };

type Call = (procedure: string, input: unknown, options: CallOptions | undefined) => Promise<unknown>;

/**
 * Names that the language itself asks for: with a `then` it would be taken for a promise where it is awaited or returned
 * from an async function, and with a `toJSON` a log line would call the server.
 */
const NO_METHODS: ReadonlySet<string> = new Set(["then", "toJSON"]);

/** Makes the object behind {@link Methods}: any path of names becomes a call of the procedure of that name. */
export function createMethods(call: Call, path = ""): object {
  return new Proxy(() => {}, {
    get(_target, name) {
      if (typeof name === "symbol" || NO_METHODS.has(name)) return undefined;
      return createMethods(call, path === "" ? name : `${path}.${name}`);
    },
    apply: (_target, _this, [input, options]: [unknown, CallOptions | undefined]) => call(path, input, options),
  });
}

/** One of a map's methods: the procedure it calls, and, where its arguments are not the input itself, what makes that. */
export interface MethodDescription {
  readonly type: string;
  /** Makes the input of the method's arguments. @default the only argument is the input */
  readonly factory?: (...parameters: never) => unknown;
}

/** Methods by their names, as `methodsFrom` takes them. */
export type MethodDescriptions = Readonly<Record<string, MethodDescription>>;

/** What a map must be like: names of procedures, and factories whose results these take. */
export type CheckedDescriptions<App, Descriptions> = {
  readonly [Name in keyof Descriptions]: Descriptions[Name] extends { readonly type: infer Type }
    ? { readonly type: ProcedureName<App>; readonly factory?: (...parameters: never) => CallInput<App, Type> }
    : MethodDescription;
};

/** The functions of a map. */
export type MethodsFrom<App, Descriptions extends MethodDescriptions> = {
  readonly [Name in keyof Descriptions]: (
    ...parameters: ParametersOf<App, Descriptions[Name]>
  ) => Promise<CallOutput<App, Descriptions[Name]["type"]>>;
};

type ParametersOf<App, Description extends MethodDescription> = Description extends {
  readonly factory: (...parameters: infer Parameters) => unknown;
}
  ? Parameters
  : Arguments<CallInput<App, Description["type"]>, CallOptions>;

/** Makes the functions behind {@link MethodsFrom}. */
export function methodsFrom(call: Call, descriptions: MethodDescriptions): Record<string, unknown> {
  const method = ({ type, factory }: MethodDescription) =>
    factory === undefined
      ? (input?: unknown, options?: CallOptions) => call(type, input, options)
      : async (...parameters: never) => call(type, factory(...parameters), undefined);
  return Object.fromEntries(Object.entries(descriptions).map(([name, description]) => [name, method(description)]));
}
