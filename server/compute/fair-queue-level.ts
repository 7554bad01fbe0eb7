import { List, type Place } from "../list.ts";
import type { Lane, Queued } from "./fair-queue.ts";

interface Arrived<Item> {
  readonly item: Item;
  /** Tells which came first among items of different lanes. */
  readonly arrival: number;
}

/** A tenant with something waiting at this level. */
interface Member<Item> {
  readonly lanes: Map<Lane, List<Arrived<Item>>>;
}

function hasRoom(lane: Lane): boolean {
  return lane.running < lane.concurrency;
}

/** What waits at one priority: its tenants have their turn one after the other. */
export class Level<Item extends Queued> {
  /** How far this level has come: the one that has come least far is served next. */
  pass = 0;
  /** How far one served item moves it on. */
  readonly stride: number;
  readonly #ring = new List<Member<Item>>();
  readonly #members = new Map<string, Place<Member<Item>>>();
  /** How many wait for each lane: tells without a look at the tenants that there is nothing to take. */
  readonly #waiting = new Map<Lane, number>();

  constructor(stride: number) {
    this.stride = stride;
  }

  /** Whether something waits here whose lane has room. */
  get ready(): boolean {
    for (const lane of this.#waiting.keys()) if (hasRoom(lane)) return true;
    return false;
  }

  /**
   * @param arrival a number greater than that of all before
   * @returns takes it out again; to be called once
   */
  add(item: Item, arrival: number): () => void {
    const { tenant, lane } = item;
    const member = this.#member(tenant);
    const { lanes } = member.value;
    const list = lanes.get(lane) ?? new List();
    lanes.set(lane, list);
    const place = list.append({ item, arrival });
    this.#waiting.set(lane, (this.#waiting.get(lane) ?? 0) + 1);
    return () => {
      list.remove(place);
      if (list.first === undefined) lanes.delete(lane);
      if (lanes.size === 0) {
        this.#ring.remove(member);
        this.#members.delete(tenant);
      }
      const left = (this.#waiting.get(lane) ?? 0) - 1;
      if (left > 0) this.#waiting.set(lane, left);
      else this.#waiting.delete(lane);
    };
  }

  /** The one whose turn it is; its tenant goes to the ring's end. A tenant that is passed over, its lanes full, keeps its place. */
  next(): Item | undefined {
    for (let place = this.#ring.first; place !== undefined; place = place.next) {
      const item = oldestReady(place.value);
      if (item === undefined) continue;
      this.#ring.moveToEnd(place);
      return item;
    }
    return undefined;
  }

  #member(tenant: string): Place<Member<Item>> {
    const known = this.#members.get(tenant);
    if (known !== undefined) return known;
    const member = this.#ring.append({ lanes: new Map() });
    this.#members.set(tenant, member);
    return member;
  }
}

function oldestReady<Item>({ lanes }: Member<Item>): Item | undefined {
  let oldest: Arrived<Item> | undefined;
  for (const [lane, { first }] of lanes) {
    if (first === undefined || !hasRoom(lane)) continue;
    if (oldest === undefined || first.value.arrival < oldest.arrival) oldest = first.value;
  }
  return oldest?.item;
}
