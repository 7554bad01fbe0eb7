import { createPack } from "../../../shared/msgpack-codec.ts";
import type { PresenceChange } from "../../../shared/presence.ts";
import type { PresenceAsker, PresenceKeeper } from "../presence-keeper.ts";

const pack = createPack();
/** Who is not answered asks again, after so many milliseconds. */
const RETRY_MS = 20;

/** A worker that keeps, by the list it got and by the news since, who is in the channels that it watches. */
export class WatchingWorker implements PresenceAsker {
  readonly busy = false;
  readonly pictures = new Map<string, Set<string>>();
  /** What each connection is in each channel, as far as this worker knows; undefined while it is not known. */
  readonly seats = new Map<string, string | undefined>();
  readonly wrong: string[] = [];
  readonly #keeper: PresenceKeeper;
  readonly #watching = new Set<string>();
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  readonly #pending = new Set<{ readonly name: string; watch: boolean }>();
  #last = 0;
  #dead = false;

  constructor(keeper: PresenceKeeper) {
    this.#keeper = keeper;
  }

  changed(change: PresenceChange, name: string, bytes: string): void {
    const picture = this.pictures.get(name);
    const member = pack.unpack(Buffer.from(bytes, "latin1")) as string;
    if (this.#dead || !this.#watching.has(name)) this.wrong.push(`${change} of ${name} to who does not want it`);
    if (picture === undefined) return;
    if (picture.has(member) === (change === "join")) this.wrong.push(`${change} ${member} of ${name}`);
    if (change === "join") picture.add(member);
    else picture.delete(member);
  }

  entered(reference: number, refusal: string): void {
    this.#answer(reference, refusal);
  }

  listed(reference: number, answer: Uint8Array | undefined): void {
    this.#answer(reference, answer?.length === 1 ? undefined : answer);
  }

  enter(name: string, id: string, user: string | undefined, watch: boolean): void {
    const key = `${id} ${name}`;
    if (this.seats.has(key) && this.seats.get(key) === undefined) return;
    const text = user ?? id;
    const known = this.seats.get(key);
    this.seats.set(key, undefined);
    const member = Buffer.from(pack.pack(text)).toString("latin1");
    const reference = this.#ask((refusal) => {
      if (known !== undefined && refusal !== "") this.wrong.push(`${key} was in, and is refused`);
      if (this.seats.has(key)) {
        if (refusal === "") this.seats.set(key, text);
        else this.seats.delete(key);
      }
      if (refusal === "" && watch && wanted.watch) this.#watch(name);
      this.#pending.delete(wanted);
    });
    const wanted = { name, watch };
    this.#pending.add(wanted);
    this.#keeper.enter({ channel: name, connection: id, user, member, watch }, this, reference);
  }

  exit(name: string, id: string): void {
    const key = `${id} ${name}`;
    // one that has not been answered yet would be told of as in
    if (this.seats.get(key) === undefined) return;
    this.seats.delete(key);
    this.#keeper.exit(name, id);
  }

  unwatch(name: string): void {
    this.#watching.delete(name);
    this.pictures.delete(name);
    for (const one of this.#pending) if (one.name === name) one.watch = false;
    this.#keeper.unwatch(name, this);
  }

  die(): void {
    this.#dead = true;
    this.#waiting.clear();
    this.seats.clear();
    this.#keeper.holderGone(this);
  }

  /** Whether all is answered that was asked. */
  get settled(): boolean {
    return this.#waiting.size === 0 && this.pictures.size === this.#watching.size;
  }

  #watch(name: string): void {
    if (this.#watching.has(name)) return;
    this.#watching.add(name);
    this.#list(name);
  }

  #list(name: string): void {
    if (this.#dead || !this.#watching.has(name) || this.pictures.has(name)) return;
    const reference = this.#ask((answer) => {
      if (answer === undefined) setTimeout(() => this.#list(name), RETRY_MS);
      else if (this.#watching.has(name)) this.pictures.set(name, new Set(pack.unpack(answer as Buffer) as string[]));
    });
    this.#keeper.list(name, 1_000, this, reference);
  }

  #ask(answered: (answer: unknown) => void): number {
    this.#last++;
    this.#waiting.set(this.#last, answered);
    return this.#last;
  }

  #answer(reference: number, answer: unknown): void {
    const answered = this.#waiting.get(reference);
    this.#waiting.delete(reference);
    if (answered === undefined && !this.#dead) this.wrong.push(`${reference} is answered twice`);
    answered?.(answer);
  }
}
