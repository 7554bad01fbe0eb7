/** A procedure as `$procedures` tells of it. */
export interface Procedure {
  readonly name: string;
  /** JSON Schema of its input. */
  readonly input?: unknown;
}

/** Inputs to begin with, as JSON: those that show what a procedure is for. */
const EXAMPLES: Readonly<Record<string, string>> = {
  "chat.name": '"Keen Robin"',
  "heavy.hash": '{\n  "password": "correct horse battery staple",\n  "iterations": 200000\n}',
  "math.add": '{ "x": 1, "y": 6 }',
  "math.div": '{ "x": 1, "y": 0 }',
  "math.mul": '{ "x": 6, "y": 7 }',
  "math.sub": '{ "x": 43, "y": 1 }',
  "test.count": "100000",
  "test.delay": "2000",
  "test.echo": '{ "hello": "world" }',
  "test.reverse": '"was it a car or a cat I saw"',
};

/** What `$procedures` does not tell. */
const STREAMING: readonly string[] = ["test.count"];

/** Whether a procedure answers item by item. */
export function isStreaming(name: string): boolean {
  return STREAMING.includes(name);
}

/** An input to begin with, as JSON; empty where nothing is known of it. */
export function exampleInput({ name, input }: Procedure): string {
  return EXAMPLES[name] ?? (input === undefined ? "" : JSON.stringify(sample(input)));
}

/** How a call is written in code. @param input JSON, or empty */
export function snippet(name: string, input: string): string {
  const given = input.trim() === "" ? "" : `, ${input.trim()}`;
  const written = `${JSON.stringify(name)}${given}`;
  if (isStreaming(name)) return `for await (const item of client.stream(${written})) show(item);`;
  return `await client.call(${written});`;
}

/** The plainest value that a simple JSON Schema takes. */
function sample(schema: unknown): unknown {
  const { type, properties, required, enum: values } = Object(schema) as Readonly<Record<string, unknown>>;
  if (Array.isArray(values)) return values[0];
  switch (type) {
    case "object": {
      const names = Array.isArray(required) ? (required as string[]) : [];
      const fields = Object(properties) as Readonly<Record<string, unknown>>;
      return Object.fromEntries(names.map((name) => [name, sample(fields[name])]));
    }
    case "array":
      return [];
    case "string":
      return "";
    case "number":
    case "integer":
      return 1;
    case "boolean":
      return true;
    default:
      return null;
  }
}
