import { BusFrame, busFrameSize, writeBusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import { sendRefusal } from "../bus/refusal.ts";
import type { Hosts } from "../hosts/hosts.ts";
import { HostTopic } from "../redis/host-topic.ts";
import { unavailable } from "../redis/redis-errors.ts";
import type { SharedRedis } from "../redis/shared-redis.ts";
import type { Desk, DeskMember } from "./desk.ts";
import type { PeerLink } from "./peer-desk.ts";

export interface PeerRelayOptions {
  readonly redis: SharedRedis;
  readonly hosts: Hosts;
  /** The desk of this host, for when it is the one that pairs. */
  readonly desk: { joined(link: PeerLink): DeskMember };
}

/** A socket worker of this host. */
interface LocalMember {
  readonly link: Link;
  /** Known once it was here that it was paired. */
  desk: DeskMember | undefined;
  /** What it has asked another host, and is not answered yet. */
  readonly asked: Set<number>;
}

const NUMBER_BYTES = 4;

/**
 * Lets peers of all hosts find each other: one host pairs them all, the one that has been there for longest, and the others
 * pass on what is said. Who is paired is known to that one alone: where it ends, or cannot be reached, peers are told to seek
 * anew. What two of them have between them is theirs, and lasts.
 *
 * On its way what is said is a frame of the bus, with the number of the socket worker before it, and to the host that pairs its
 * own host's id before that.
 */
export class PeerRelay implements Desk {
  readonly #options: PeerRelayOptions;
  readonly #members = new Map<number, LocalMember>();
  /** Socket workers of other hosts, as this one's desk has them: by host, and number. */
  readonly #guests = new Map<string, Map<number, DeskMember>>();
  readonly #frame = new BusFrame();
  /** Who pairs. */
  #leader: string;
  #last = 0;

  constructor(options: PeerRelayOptions) {
    this.#options = options;
    const { redis, hosts } = options;
    this.#leader = oldest(hosts);
    redis.listen(HostTopic.PEER_ORDER, (data) => this.#ordered(data));
    redis.listen(HostTopic.PEER_NEWS, (data) => this.#told(data));
    redis.listen(HostTopic.PEERS_ANEW, (data) => this.#anew(data.toString()));
    redis.watch({
      down: () => this.#lost(),
      // what was said meanwhile, and who left, nobody has heard
      up: () => redis.tell("*", HostTopic.PEERS_ANEW, Buffer.from(redis.host)),
    });
    hosts.onGone((host) => this.#forget(host));
    hosts.onChange(() => {
      const leader = oldest(hosts);
      if (leader === this.#leader) return;
      this.#lost();
      this.#leader = leader;
    });
  }

  joined(link: Link): DeskMember {
    const number = ++this.#last;
    const member: LocalMember = { link, desk: undefined, asked: new Set() };
    this.#members.set(number, member);
    return {
      receive: (frame) => {
        if (frame.type === BusType.PEER || frame.type === BusType.PEER_SIGNAL) this.#receive(number, member, frame);
      },
      left: () => {
        this.#members.delete(number);
        member.desk?.left();
        if (!this.#leads) this.#send(number, undefined);
      },
    };
  }

  close(): void {
    this.#members.clear();
    this.#guests.clear();
  }

  get #leads(): boolean {
    return this.#leader === this.#options.hosts.own;
  }

  #receive(number: number, member: LocalMember, frame: BusFrame): void {
    const { redis, desk } = this.#options;
    if (this.#leads) {
      member.desk ??= desk.joined(member.link);
      member.desk.receive(frame);
    } else if (redis.isUp) {
      if (frame.reference !== 0) member.asked.add(frame.reference);
      this.#send(number, frame);
    } else if (frame.reference !== 0) sendRefusal(member.link, frame.reference, unavailable());
  }

  /** Passes something on to the host that pairs. @param frame undefined where the worker is gone */
  #send(number: number, frame: BusFrame | undefined): void {
    const { redis } = this.#options;
    const host = Buffer.from(`${redis.host} `);
    const bytes =
      frame === undefined
        ? Buffer.alloc(0)
        : frameBytes(frame.type as BusType, frame.reference, frame.channel, frame.data);
    const order = Buffer.concat([host, numberBytes(number), bytes]);
    const reference = frame?.reference ?? 0;
    redis.tell(this.#leader, HostTopic.PEER_ORDER, order, (error) => {
      const member = this.#members.get(number);
      if (error !== undefined && member?.asked.delete(reference)) sendRefusal(member.link, reference, error);
    });
  }

  /** A worker of another host says something, or is gone. */
  #ordered(data: Buffer): void {
    if (!this.#leads) return; // it will hear who does
    const end = data.indexOf(" ");
    const host = data.toString("utf8", 0, end);
    const number = data.readUInt32LE(end + 1);
    const guests = this.#guests.get(host) ?? new Map<number, DeskMember>();
    this.#guests.set(host, guests);
    const guest = guests.get(number);
    const frame = this.#read(data, end + 1 + NUMBER_BYTES);
    if (frame === undefined) {
      guest?.left();
      guests.delete(number);
      return;
    }
    const member = guest ?? this.#options.desk.joined(this.#linkTo(host, number));
    guests.set(number, member);
    member.receive(frame);
  }

  /** The host that pairs says something to a worker of this one. */
  #told(data: Buffer): void {
    const member = this.#members.get(data.readUInt32LE(0));
    const frame = this.#read(data, NUMBER_BYTES);
    if (member === undefined || frame === undefined) return;
    member.asked.delete(frame.reference);
    member.link.send(frame.type as BusType, frame.reference, frame.channel, frame.data);
  }

  /** What this host's desk says to a worker of another one. */
  #linkTo(host: string, number: number): PeerLink {
    const send = (type: BusType, reference: number, channel = "", data?: Uint8Array): void => {
      const bytes = frameBytes(type, reference, channel, data);
      this.#options.redis.tell(host, HostTopic.PEER_NEWS, Buffer.concat([numberBytes(number), bytes]));
    };
    return { unsent: 0, send, forward: (frame, type) => send(type, 0, frame.channel, frame.data) };
  }

  /** A host was away for a while: what it knew of others is lost, and so is what others knew of it. */
  #anew(host: string): void {
    if (host === this.#options.hosts.own) return;
    this.#forget(host);
    if (host === this.#leader) this.#lost();
  }

  #forget(host: string): void {
    for (const guest of this.#guests.get(host)?.values() ?? []) guest.left();
    this.#guests.delete(host);
  }

  /** Nobody knows any more who is paired with whom. */
  #lost(): void {
    for (const guests of this.#guests.values()) for (const guest of guests.values()) guest.left();
    this.#guests.clear();
    // those who are paired here, by a host that goes on to pair, need not know
    if (this.#leads && this.#leader === oldest(this.#options.hosts)) return;
    for (const member of this.#members.values()) {
      member.desk?.left();
      member.desk = undefined;
      for (const reference of member.asked) sendRefusal(member.link, reference, unavailable());
      member.asked.clear();
      member.link.send(BusType.PEERS_LOST, 0);
    }
  }

  #read(data: Buffer, from: number): BusFrame | undefined {
    return this.#frame.move(data, from, data.length) > from && this.#frame.valid ? this.#frame : undefined;
  }
}

function oldest({ alive }: Hosts): string {
  let [first] = alive.values();
  for (const host of alive.values()) {
    if (first === undefined || host.since < first.since || (host.since === first.since && host.id < first.id))
      first = host;
  }
  return first?.id ?? "";
}

function numberBytes(number: number): Buffer {
  const bytes = Buffer.allocUnsafe(NUMBER_BYTES);
  bytes.writeUInt32LE(number, 0);
  return bytes;
}

function frameBytes(type: BusType, reference: number, channel: string, data: Uint8Array | undefined): Buffer {
  const channelBytes = Buffer.byteLength(channel);
  const bytes = Buffer.allocUnsafe(busFrameSize(channelBytes, data?.length ?? 0));
  writeBusFrame(bytes, 0, type, reference, channel, channelBytes, data);
  return bytes;
}
