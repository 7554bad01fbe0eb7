import fc from "fast-check";
import { expect, it } from "vitest";
import type { PresenceChange } from "../../shared/presence.ts";
import { type PresenceHolder, PresenceStore } from "./presence-store.ts";

const CHANNELS = ["a", "b"];
const USERS = [undefined, "ada", "bob"];
/** So little that a handful of connections is too many. */
const BUDGET = 5_000;

type Step =
  | readonly ["enter", connection: number, channel: number, user: number, member: number, watch: boolean]
  | readonly ["again", connection: number, channel: number, watch: boolean]
  | readonly ["exit" | "unwatch", connection: number, channel: number]
  | readonly ["die", worker: number];

const connection = fc.nat(11);
const channel = fc.nat(CHANNELS.length - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(
      ...([fc.constant("enter" as const), connection, channel, fc.nat(2), fc.nat(1), fc.boolean()] as const),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constant("again" as const), connection, channel, fc.boolean()) },
  { weight: 5, arbitrary: fc.tuple(fc.constant("exit" as const), connection, channel) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("unwatch" as const), connection, channel) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("die" as const), fc.nat(2)) },
);

interface Seat {
  readonly channel: string;
  readonly connection: string;
  readonly user: string | undefined;
  readonly member: string;
}

/** A worker that keeps, from the news alone, who is in the channels that it watches. */
class Worker implements PresenceHolder {
  readonly picture = new Map<string, string[]>();

  changed(change: PresenceChange, name: string, member: string): void {
    const members = this.picture.get(name);
    // nobody is told of what it did not ask for
    expect(members).toBeDefined();
    if (members === undefined) return;
    if (change === "join") members.push(member);
    else {
      expect(members).toContain(member);
      members.splice(members.indexOf(member), 1);
    }
  }
}

/** The plainest thing that can be right: a list of seats, of which all else is worked out anew each time. */
class Model {
  readonly #store = new PresenceStore(BUDGET);
  #seats: Seat[] = [];
  readonly #workers = [new Worker(), new Worker(), new Worker()];

  take(one: Step): void {
    if (one[0] === "die") this.#die(one[1]);
    else {
      const [, number, at] = one;
      const name = CHANNELS[at] as string;
      const worker = this.#workers[number % 3] as Worker;
      if (one[0] === "enter" || one[0] === "again") this.#enter(one, name, worker);
      else if (one[0] === "exit") {
        this.#store.exit(name, `c${number}`);
        this.#seats = this.#seats.filter((seat) => !isAt(seat, name, number));
      } else {
        this.#store.unwatch(name, worker);
        worker.picture.delete(name);
      }
    }
    this.#check();
  }

  finish(): void {
    for (let number = 0; number < 3; number++) this.take(["die", number]);
    expect(this.#store.spent).toBe(0);
  }

  #enter(one: Extract<Step, readonly ["enter" | "again", ...unknown[]]>, name: string, worker: Worker): void {
    const [kind, number] = one;
    const known = this.#seats.findIndex((seat) => isAt(seat, name, number));
    const seat: Seat =
      kind === "enter"
        ? {
            channel: name,
            connection: `c${number}`,
            user: USERS[one[3]],
            member: `${number} as ${USERS[one[3]]} ${one[4]}`,
          }
        : ({} as Seat);
    const watch = kind === "enter" ? one[5] : one[3];
    const { user, member } = seat;
    const before = this.#store.spent;
    const entered = this.#store.enter({ channel: name, connection: `c${number}`, user, member, watch }, worker);
    if (known !== -1) expect(entered).toBe(true);
    else if (kind === "again") expect(entered).toBe(false);
    else if (!entered) expect(before).toBeGreaterThan(BUDGET - 1_100);
    if (!entered) {
      expect(this.#store.spent).toBe(before);
      return;
    }
    if (kind === "enter") this.#sit(seat, known);
    if (watch && !worker.picture.has(name)) worker.picture.set(name, membersOf(this.#seats, name));
  }

  #sit(seat: Seat, known: number): void {
    const old = this.#seats[known];
    // a user that stays the same is told of as before
    if (old !== undefined && old.user === seat.user && (seat.user !== undefined || old.member === seat.member)) return;
    if (old !== undefined) this.#seats.splice(known, 1);
    const first = this.#seats.find(({ channel: at, user }) => at === seat.channel && user === seat.user);
    const { member } = seat.user === undefined ? seat : (first ?? seat);
    this.#seats.push({ ...seat, member });
  }

  #die(number: number): void {
    this.#store.holderGone(this.#workers[number] as Worker);
    this.#workers[number] = new Worker();
    this.#seats = this.#seats.filter(({ connection: id }) => Number(id.slice(1)) % 3 !== number);
  }

  #check(): void {
    for (const name of CHANNELS) {
      const members = membersOf(this.#seats, name);
      expect([...this.#store.members(name, 1_000)].sort()).toEqual(members);
      const connections = this.#seats.filter(({ channel: at }) => at === name).length;
      expect(this.#store.counts(name)).toEqual({ connections, members: members.length });
      for (const { picture } of this.#workers) {
        if (picture.has(name)) expect([...(picture.get(name) ?? [])].sort()).toEqual(members);
      }
    }
  }
}

function isAt(seat: Seat, name: string, number: number): boolean {
  return seat.channel === name && seat.connection === `c${number}`;
}

function membersOf(seats: readonly Seat[], name: string): string[] {
  const byKey = new Map<string, string>();
  for (const { channel: at, connection: id, user, member } of seats) {
    if (at === name) byKey.set(user === undefined ? `c ${id}` : `u ${user}`, member);
  }
  return [...byKey.values()].sort();
}

it("whoever comes, leaves, logs in, or dies: the store has who is there, and so has everybody who listens", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 150, size: "max" }), (steps) => {
      const model = new Model();
      for (const one of steps) model.take(one);
      model.finish();
    }),
    { numRuns: 300 },
  );
});
