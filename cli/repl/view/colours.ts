import type { TextOutput } from "../../command.ts";

const ESCAPES = { dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Colour = keyof typeof ESCAPES;
export type Paint = (colour: Colour, text: string) => string;

/** Whether an output shows colours: a terminal does, unless NO_COLOR is set to something (https://no-color.org) or it is a dumb one. */
export function hasColours(output: TextOutput, env: Readonly<Record<string, string | undefined>>): boolean {
  return output.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
}

export function painter(coloured: boolean): Paint {
  return coloured ? (colour, text) => `\u001b[${ESCAPES[colour]}m${text}\u001b[39;22m` : (_, text) => text;
}
