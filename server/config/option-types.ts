import { isIP } from "node:net";
import * as z from "zod";

/** Digits, with `_` anywhere between them: `1048576` or `1_048_576`. */
const WHOLE_NUMBER = /^\d+(?:_\d+)*$/;
const HOST_NAME = /^[A-Za-z0-9_.-]+$/;

/**
 * The kinds of value an option may have. Each takes the text of a flag or of the environment as well as the JSON of a
 * file, and its only error message says what is expected, so that it reads "expected …, found …".
 */
export function wholeNumber(min: number, max: number): z.ZodType<number> {
  const expected = `a whole number from ${withSeparators(min)} to ${withSeparators(max)}`;
  return z.preprocess(numberFromText, z.int(expected).min(min, expected).max(max, expected));
}

/** A whole number, or the word `off`. */
export function wholeNumberOrOff(min: number, max: number): z.ZodType<number | "off"> {
  const expected = `a whole number from ${withSeparators(min)} to ${withSeparators(max)}, or off`;
  return z.preprocess(numberFromText, z.union([z.int().min(min).max(max), z.literal("off")], expected));
}

export function oneOf<const Word extends string>(...words: readonly Word[]): z.ZodType<Word> {
  return z.enum(words, `one of ${words.join(", ")}`);
}

/** A name for people and labels: some text, without line breaks. */
export function shortText(maxLength: number): z.ZodString {
  const expected = `text of 1 to ${maxLength} characters on one line`;
  return z
    .string(expected)
    .max(maxLength, expected)
    .regex(/^\P{Cc}*\S\P{Cc}*$/u, expected);
}

/** A secret that nobody guesses, or nothing at all. */
export function secretText(minBytes: number): z.ZodType<string> {
  const expected = `a secret of at least ${minBytes} bytes`;
  return z.string(expected).refine((text) => text === "" || Buffer.byteLength(text) >= minBytes, expected);
}

/** An https URL, or nothing at all; http will do where it does not leave the machine. */
export function secureUrl(): z.ZodType<string> {
  const expected = "an https URL";
  return z.string(expected).refine((text) => {
    if (text === "") return true;
    if (!URL.canParse(text)) return false;
    const { protocol, hostname } = new URL(text);
    return protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname));
  }, expected);
}

/** A URL of one of these schemes, or nothing at all. */
export function brokerUrl(...schemes: readonly string[]): z.ZodType<string> {
  const expected = `a URL like ${schemes[0]}://user:password@host`;
  return z
    .string(expected)
    .refine(
      (text) => text === "" || schemes.some((scheme) => text.startsWith(`${scheme}://`) && URL.canParse(text)),
      expected,
    );
}

/** A text that can be read, or none at all. @param read throws what is wrong with it */
export function textFor(what: string, read: (text: string) => unknown): z.ZodType<string> {
  return z.string(what).superRefine((text, context) => {
    if (text === "") return;
    try {
      read(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: `${what}. ${error instanceof Error ? error.message : error}` });
    }
  });
}

/** A text that something can be made of. @param compile throws where it cannot */
export function templateText(compile: (text: string) => unknown): z.ZodType<string> {
  return z.string("a template").superRefine((text, context) => {
    try {
      compile(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: `a template: ${error instanceof Error ? error.message : error}` });
    }
  });
}

/** What a socket can be bound to. Refuses what people paste instead: URLs, and addresses with a port. */
export function hostAddress(): z.ZodType<string> {
  const expected = "an IP address or a host name, without scheme and port";
  return z.string(expected).refine((text) => isIP(text) !== 0 || HOST_NAME.test(text), expected);
}

/** A list: in a file an array, elsewhere text with commas. @param accepts whether something may be in it */
export function listOf(what: string, accepts: (entry: string) => boolean): z.ZodType<readonly string[]> {
  const expected = `a list, with commas between them, of ${what}`;
  const entries = (value: unknown) =>
    typeof value !== "string"
      ? value
      : value
          .split(",")
          .map((entry) => entry.trim())
          .filter((entry) => entry !== "");
  return z.preprocess(entries, z.array(z.string(expected).refine(accepts, expected), expected));
}

/** Any text on one line, or none at all. */
export function optionalText(expected: string): z.ZodType<string> {
  return z.string(expected).regex(/^\P{Cc}*$/u, expected);
}

/** A secret that fits into an HTTP header and is not guessed, or none at all. */
export function token(): z.ZodType<string> {
  const expected = "16 to 4096 letters, digits and -._~+/=";
  return z.string(expected).regex(/^(?:[\w.~+/=-]{16,4096})?$/, expected);
}

/** 1048576 → `1_048_576`, the way it may be typed as well; up to four digits stay together. */
export function withSeparators(value: number): string {
  // not by toLocaleString: what that loads at its first use costs every process of a server 10 ms of its start
  return value < 10_000 ? String(value) : String(value).replace(/\B(?=(?:\d{3})+$)/g, "_");
}

function numberFromText(value: unknown): unknown {
  return typeof value === "string" && WHOLE_NUMBER.test(value) ? Number(value.replaceAll("_", "")) : value;
}
