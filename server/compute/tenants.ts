import { List, type Place } from "../list.ts";
import type { FairQueueLimits, Queued } from "./fair-queue.ts";

interface Held {
  items: number;
  bytes: number;
}

interface Tenant<Item> extends Held {
  /** All that it has waiting, in the order in which it came. */
  readonly waiting: List<Item>;
}

/** What would be left to a tenant, while it is thought through who has to go. */
interface Left<Item> {
  readonly items: number;
  bytes: number;
  latest: Place<Item> | undefined;
}

const NONE: readonly never[] = Object.freeze([]);

/** Who has how much waiting, and who has to give way when there is no room. */
export class Tenants<Item extends Queued> {
  readonly #limits: FairQueueLimits;
  readonly #tenants = new Map<string, Tenant<Item>>();
  #items = 0;
  #bytes = 0;

  constructor(limits: FairQueueLimits) {
    this.#limits = limits;
  }

  get items(): number {
    return this.#items;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns takes it out again; to be called once */
  add(item: Item): () => void {
    const name = item.tenant;
    const tenant = this.#tenants.get(name) ?? { items: 0, bytes: 0, waiting: new List() };
    this.#tenants.set(name, tenant);
    const place = tenant.waiting.append(item);
    this.#count(tenant, 1, item.size);
    return () => {
      tenant.waiting.remove(place);
      this.#count(tenant, -1, -item.size);
      if (tenant.items === 0) this.#tenants.delete(name);
    };
  }

  /**
   * Those that have to go so that there is room for this one: the latest of whoever has most, again and again.
   * @returns undefined where it has to go itself, as nobody has more than its own tenant would have; then nobody else
   * need go, however far it would have come
   */
  toMakeRoomFor(item: Item): readonly Item[] | undefined {
    const { maxItems, maxBytes } = this.#limits;
    let items = this.#items + 1 - maxItems;
    let bytes = this.#bytes + item.size - maxBytes;
    if (items <= 0 && bytes <= 0) return NONE;

    const own = this.#tenants.get(item.tenant);
    const fair: Held = { items: (own?.items ?? 0) + 1, bytes: (own?.bytes ?? 0) + item.size };
    const others = this.#withMoreThan(fair);
    const out: Item[] = [];
    // by number there is one too many at most, by bytes there may be any number
    while (items > 0 || bytes > 0) {
      const unit = items > 0 ? "items" : "bytes";
      const going = latestOfMost(others, unit, fair[unit]);
      if (going === undefined) return undefined;
      out.push(going);
      items -= 1;
      bytes -= going.size;
    }
    return out;
  }

  #withMoreThan(fair: Held): Left<Item>[] {
    const found: Left<Item>[] = [];
    for (const { items, bytes, waiting } of this.#tenants.values()) {
      if (items > fair.items || bytes > fair.bytes) found.push({ items, bytes, latest: waiting.last });
    }
    return found;
  }

  #count(tenant: Tenant<Item>, items: number, bytes: number): void {
    tenant.items += items;
    tenant.bytes += bytes;
    this.#items += items;
    this.#bytes += bytes;
  }
}

/** Takes the latest away from who has most, where that is more than is fair. */
function latestOfMost<Item extends Queued>(
  lefts: readonly Left<Item>[],
  unit: keyof Held,
  fair: number,
): Item | undefined {
  let most: Left<Item> | undefined;
  for (const left of lefts) if (left[unit] > (most?.[unit] ?? fair)) most = left;
  if (most === undefined) return undefined;
  let latest = most.latest;
  // to refuse an empty one would free no bytes
  while (unit === "bytes" && latest?.value.size === 0) latest = latest.previous;
  if (latest === undefined) return undefined;
  most.latest = latest.previous;
  most.bytes -= latest.value.size;
  return latest.value;
}
