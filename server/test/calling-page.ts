import type { BrowserContext, Page } from "playwright-core";
import { expect, onTestFinished, vi } from "vitest";
import type * as Fugitive from "../../client/index.ts";
import { ERROR_CODES } from "../../shared/codes.ts";
import type { WelcomeInfo } from "../../shared/message.ts";
import { LIMIT_MS } from "./patience.ts";

/** Between two calls, in milliseconds; with what each takes, some are always in flight. */
const EVERY_MS = 30;
/** Beyond a deadline, for a machine that is busy, and timers that are slow because nobody sees their page, in milliseconds. */
const LATE_MS = 1_500;
/** How soon a page is to be as it should be, in milliseconds: the longest wait of the client below, and some more. */
const SOON = { timeout: LIMIT_MS, interval: 50 };

/** How a page's client behaves. */
export interface CallingOptions {
  /** @default 10_000 */
  readonly timeoutMs?: number;
  /** @default 3 */
  readonly attempts?: number;
}

// chance adds so little to the waits that the tests here take about the same time each time
const DEFAULTS = { timeoutMs: 10_000, attempts: 3, reconnect: { maxDelayMs: 2_000 } };

/** One call of the page. */
export interface PageCall {
  readonly id: string;
  /** By the page's clock, in milliseconds. */
  readonly at: number;
  /** How long it took, in milliseconds; undefined while it is pending. */
  readonly ms?: number;
  /** The error's code, or what it was where that is none of the client's own errors. */
  readonly failed?: string;
}

/** What the page notes. */
export interface PageNotes {
  readonly calls: readonly PageCall[];
  readonly welcomes: readonly WelcomeInfo[];
  readonly news: readonly string[];
  /** What becomes of the page itself. */
  readonly life: readonly string[];
}

declare global {
  interface Window {
    readonly fugitive: typeof Fugitive;
    notes: PageNotes;
    stopCalling: () => void;
  }
}

/** A page that goes on calling whatever happens. */
export class CallingPage {
  readonly page: Page;
  /** What its console told, in plain words. */
  readonly story: string[] = [];
  readonly #deadlineMs: number;

  /** Opens the page, and waits until calls succeed. It is closed when the test is over. */
  static async open(context: BrowserContext, url: string, options: CallingOptions = {}): Promise<CallingPage> {
    const page = await context.newPage();
    onTestFinished(() => page.close());
    const { timeoutMs, attempts, reconnect } = { ...DEFAULTS, ...options };
    const calling = new CallingPage(page, timeoutMs * attempts);
    await page.goto(url);
    await page.evaluate(call, { everyMs: EVERY_MS, timeoutMs, attempts, reconnect });
    await calling.answeredSince(0);
    return calling;
  }

  private constructor(page: Page, deadlineMs: number) {
    this.page = page;
    this.#deadlineMs = deadlineMs;
    page.on("console", (message) => {
      if (message.type() === "info") this.story.push(message.text());
    });
  }

  /** The page's clock, in milliseconds. */
  now(): Promise<number> {
    return this.page.evaluate(() => performance.now());
  }

  notes(): Promise<PageNotes> {
    return this.page.evaluate(() => window.notes);
  }

  /** The last welcome. */
  async welcome(): Promise<WelcomeInfo> {
    const last = (await this.notes()).welcomes.at(-1);
    if (last === undefined) throw new Error("The page was not welcomed.");
    return last;
  }

  /** Waits until calls succeed that were made since then, or since now. @param at by the page's clock, in milliseconds */
  async answeredSince(at?: number): Promise<void> {
    const since = at ?? (await this.now());
    await vi.waitFor(async () => {
      const { calls } = await this.notes();
      const answered = calls.filter((one) => one.at >= since && one.ms !== undefined && one.failed === undefined);
      expect(answered.length).toBeGreaterThanOrEqual(5);
    }, SOON);
  }

  /** Waits for so many welcomes in all. */
  async welcomed(count: number): Promise<void> {
    await vi.waitFor(async () => expect((await this.notes()).welcomes.length).toBeGreaterThanOrEqual(count), SOON);
  }

  /** Waits until the page has got these news. */
  async informed(news: string): Promise<void> {
    await vi.waitFor(async () => expect((await this.notes()).news).toContain(news), SOON);
  }

  /** Waits until its console has told all of this, in this order. */
  async told(...phrases: readonly (string | RegExp)[]): Promise<void> {
    await vi.waitFor(() => {
      let at = 0;
      for (const phrase of phrases) {
        const found = this.story.slice(at).findIndex((line) => line.match(phrase));
        expect(found, `"${phrase}" after line ${at} of ${JSON.stringify(this.story, undefined, 1)}`).not.toBe(-1);
        at += found + 1;
      }
    }, SOON);
  }

  /**
   * Makes no more calls, waits for the end of those there are, and checks what must hold whatever happened.
   *
   * @param runs what the server ran
   * @param pausedMs how long the page could not run, in milliseconds
   */
  async settle(runs: () => readonly string[], pausedMs = 0): Promise<readonly PageCall[]> {
    await this.page.evaluate(() => window.stopCalling());
    const pending = async () => (await this.notes()).calls.filter(({ ms }) => ms === undefined);
    const deadlineMs = this.#deadlineMs + LATE_MS;
    await vi.waitFor(async () => expect(await pending()).toEqual([]), { timeout: deadlineMs, interval: 50 });
    const { calls } = await this.notes();
    expect(calls.filter(({ ms = 0 }) => ms > deadlineMs + pausedMs)).toEqual([]);
    expect(calls.filter(({ failed }) => failed !== undefined && !(failed in ERROR_CODES))).toEqual([]);
    const times = new Map<string, number>();
    for (const id of runs()) times.set(id, (times.get(id) ?? 0) + 1);
    expect([...times].filter(([, count]) => count > 1)).toEqual([]);
    expect(calls.filter(({ id, failed }) => failed === undefined && times.get(id) !== 1)).toEqual([]);
    return calls;
  }
}

/** The codes that calls failed with. */
export function codesOf(calls: readonly PageCall[]): Set<string> {
  return new Set(calls.flatMap(({ failed }) => failed ?? []));
}

/** Runs in the page, and so refers to nothing outside it. */
function call({ everyMs, ...options }: Fugitive.ClientOptions & { readonly everyMs: number }): void {
  const { AppError, connect, story } = window.fugitive;
  const calls: { id: string; at: number; ms?: number; failed?: string }[] = [];
  const welcomes: WelcomeInfo[] = [];
  const news: string[] = [];
  const life: string[] = [];
  const client = connect("/", { ...options, plugins: [story()] });
  client.on("welcome", (welcome) => void welcomes.push(welcome));
  client.subscribe("news", (publication) => void news.push(`${publication}`));
  for (const type of ["visibilitychange", "freeze", "resume", "offline", "online"]) {
    addEventListener(type, () => life.push(type === "visibilitychange" ? document.visibilityState : type), true);
  }
  const timer = setInterval(() => {
    const one: (typeof calls)[number] = { id: `call-${calls.length}`, at: performance.now() };
    calls.push(one);
    const ended = (failed?: string) => {
      one.ms = performance.now() - one.at;
      if (failed !== undefined) one.failed = failed;
    };
    client.call("count", one.id).then(
      (answer) => ended(answer === one.id ? undefined : `the answer to another call: ${answer}`),
      (error) => ended(error instanceof AppError ? error.code : `no AppError: ${error}`),
    );
  }, everyMs);
  window.notes = { calls, welcomes, news, life };
  window.stopCalling = () => clearInterval(timer);
}
