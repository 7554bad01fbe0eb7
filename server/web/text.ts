import { AppError } from "../../client/index.ts";

/**
 * What a form field holds as JSON; undefined where it is empty.
 *
 * @throws AppError `NO_JSON`
 */
export function parseJson(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("NO_JSON", `Not sent: ${(error as Error).message}`);
  }
}

/** Any value as JSON for people. Knows the kinds that MessagePack has and JSON has not. */
export function formatJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, portableJson, indent) ?? "nothing";
}

function portableJson(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return value;
}

/** Code and message of whatever was thrown. */
export function formatError(error: unknown): string {
  if (error instanceof AppError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Milliseconds as people read them. */
export function formatDuration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}
