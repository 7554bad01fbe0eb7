import { createPack } from "../../../shared/msgpack-codec.ts";
import type { PresenceChange } from "../../../shared/presence.ts";
import type { PresenceAsker, PresenceKeeper } from "../presence-keeper.ts";
import type { Entrance } from "../presence-store.ts";

const pack = createPack();
let lastReference = 0;

/** A socket worker, as far as presence goes; it asks a keeper without a bus between. Members are texts. */
export class PresenceListener implements PresenceAsker {
  busy = false;
  /** What it was told, in order: "join c ada" and "leave c ada". */
  readonly news: string[] = [];
  readonly #keeper: PresenceKeeper;
  readonly #answers = new Map<number, (answer: unknown) => void>();

  constructor(keeper: PresenceKeeper) {
    this.#keeper = keeper;
  }

  changed(change: PresenceChange, channel: string, member: string): void {
    this.news.push(`${change} ${channel} ${pack.unpack(Buffer.from(member, "latin1"))}`);
  }

  entered(reference: number, refusal: string): void {
    this.#answer(reference, refusal);
  }

  listed(reference: number, answer: Uint8Array | undefined): void {
    const isText = answer?.length === 1 && answer[0] === "?".charCodeAt(0);
    this.#answer(reference, answer === undefined ? undefined : isText ? "?" : pack.unpack(Buffer.from(answer)));
  }

  /** @returns what refuses it; an empty string where it is in */
  async enter(
    channel: string,
    connection: string,
    more: Omit<Entrance, "channel" | "connection"> = {},
  ): Promise<string> {
    const { member = more.user ?? connection } = more;
    const text = Buffer.from(pack.pack(member)).toString("latin1");
    const refusal = await this.#ask((reference) =>
      this.#keeper.enter({ channel, connection, ...more, member: text }, this, reference),
    );
    return refusal as string;
  }

  /** As one that is in already, and is who it was. */
  async watch(channel: string, connection: string): Promise<string> {
    return (await this.#ask((reference) =>
      this.#keeper.enter({ channel, connection, watch: true }, this, reference),
    )) as string;
  }

  exit(channel: string, connection: string): void {
    this.#keeper.exit(channel, connection);
  }

  unwatch(channel: string): void {
    this.#keeper.unwatch(channel, this);
  }

  list(channel: string, most = 1_000): Promise<unknown> {
    return this.#ask((reference) => this.#keeper.list(channel, most, this, reference));
  }

  die(): void {
    this.#keeper.holderGone(this);
  }

  #ask(ask: (reference: number) => void): Promise<unknown> {
    const reference = ++lastReference;
    return new Promise((resolve) => {
      this.#answers.set(reference, resolve);
      ask(reference);
    });
  }

  #answer(reference: number, answer: unknown): void {
    const resolve = this.#answers.get(reference);
    if (resolve === undefined) throw new Error(`${reference} is answered twice, or was not asked.`);
    this.#answers.delete(reference);
    resolve(answer);
  }
}
