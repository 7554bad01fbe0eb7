import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { createBusAddress, siblingPath } from "../bus/bus-address.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusServer } from "../bus/bus-server.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link, LinkHooks } from "../bus/link.ts";
import { PatternMap } from "../pubsub/patterns.ts";
import type { Carrier, Routes } from "./carrier.ts";
import type { BusAddresses } from "./control-message.ts";
import type { Desk, DeskMember } from "./desk.ts";

export interface BusHubOptions {
  /** Bytes that may wait for one socket worker before its publishers are held back. */
  readonly budget: number;
  /** Makes what carries publications. */
  carrier(routes: Routes): Carrier;
  /** Takes what is neither a publication nor a subscription. */
  readonly desk: Desk;
  /** Proves to it that a process is of this server. @default one of its own */
  readonly secret?: string | undefined;
  /** A connection could not be taken, as where too many files are open. The bus goes on. */
  failed(error: Error): void;
  /** A socket worker has not taken anything for {@link STUCK_MS} although much waits for it. */
  stuck(worker: number): void;
  /** A channel or pattern has got its first subscriber, or has lost its last one. @default nobody is told */
  watched?(channel: string, watched: boolean): void;
}

/** A worker that takes nothing for so long is not slow but stuck. */
const STUCK_MS = 10_000;

/** A socket worker that has joined, as the primary sees it. */
interface Member {
  readonly link: Link;
  /** Its number. */
  readonly worker: number;
  readonly desk: DeskMember;
  readonly channels: Set<string>;
  /** Set while too much waits for it. */
  stuckTimer: NodeJS.Timeout | undefined;
}

/**
 * The primary's half of the bus: knows which socket worker wants which channel, and sends every publication to those
 * only, its origin included.
 */
export class BusHub {
  readonly #options: BusHubOptions;
  readonly #secret: string;
  readonly #interest = new PatternMap<Set<Member>>();
  readonly #congested = new Set<Member>();
  /** Members that get the publication at hand; one set for all, to allocate none per publication. */
  readonly #receivers = new Set<Member>();
  readonly #server: BusServer;
  readonly #carrier: Carrier;
  #folder: string | undefined;
  #path = "";

  constructor(options: BusHubOptions) {
    this.#options = options;
    this.#secret = options.secret ?? randomBytes(32).toString("hex");
    this.#server = new BusServer({
      secret: this.#secret,
      failed: (error) => options.failed(error),
      joined: (link, worker) => this.#joined(link, worker),
    });
    this.#carrier = options.carrier({
      forward: (frame) => this.#route(frame.channel, ({ link }) => link.forward(frame, BusType.EVENT)),
      send: (type, channel, data) => this.#route(channel, ({ link }) => link.send(type, 0, channel, data)),
    });
  }

  /** What a socket worker needs to join this bus and the compute host's. */
  get address(): BusAddresses {
    return { path: this.#path, compute: siblingPath(this.#path, "compute"), secret: this.#secret };
  }

  listen(): Promise<void> {
    const { path, folder } = createBusAddress();
    this.#path = path;
    this.#folder = folder;
    return this.#server.listen(path);
  }

  /** Publishes from the primary itself, to socket workers of this host. */
  publish(channel: string, data: Uint8Array): void {
    this.#route(channel, (member) => member.link.send(BusType.EVENT, 0, channel, data));
  }

  close(): void {
    this.#server.close();
    this.#options.desk.close();
    this.#carrier.close();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #joined(link: Link, worker: number): LinkHooks {
    const desk = this.#options.desk.joined(link, worker);
    const member: Member = { link, worker, desk, channels: new Set(), stuckTimer: undefined };
    if (this.#congested.size > 0) link.pause(); // like everybody
    return {
      frame: (frame) => this.#receive(member, frame),
      drained: () => this.#relieved(member),
      closed: () => this.#leave(member),
    };
  }

  #receive(member: Member, frame: BusFrame): void {
    switch (frame.type) {
      case BusType.PUBLISH:
        this.#carrier.publish(frame, member.link);
        break;
      case BusType.PUBLISH_WITH:
        this.#carrier.publishWith(frame, member.link);
        break;
      case BusType.SUBSCRIBE:
        this.#subscribe(member, frame.channel);
        this.#carrier.subscribe(frame, member.link);
        break;
      case BusType.HISTORY:
        this.#carrier.history(frame, member.link);
        break;
      case BusType.UNSUBSCRIBE:
        this.#unsubscribe(member, frame.channel);
        break;
      default:
        member.desk.receive(frame);
    }
  }

  /** Sends one publication to every worker that wants it, once each. */
  #route(channel: string, send: (member: Member) => void): void {
    const receivers = this.#receivers;
    this.#interest.match(channel, (members) => {
      for (const member of members) receivers.add(member);
    });
    for (const member of receivers) {
      send(member);
      if (member.link.unsent > this.#options.budget / 2) this.#congest(member);
    }
    receivers.clear();
  }

  #subscribe(member: Member, channel: string): void {
    member.channels.add(channel);
    const members = this.#interest.get(channel);
    if (members !== undefined) {
      members.add(member);
      return;
    }
    this.#interest.set(channel, new Set([member]));
    this.#options.watched?.(channel, true);
  }

  #unsubscribe(member: Member, channel: string): void {
    member.channels.delete(channel);
    const members = this.#interest.get(channel);
    members?.delete(member);
    if (members?.size !== 0) return;
    this.#interest.delete(channel);
    this.#options.watched?.(channel, false);
    this.#carrier.unsubscribe(channel);
  }

  /** Too much waits for a worker: nobody is read until it has caught up, so that their own queues fill and refuse. */
  #congest(member: Member): void {
    if (this.#congested.has(member)) return;
    this.#congested.add(member);
    member.stuckTimer = setTimeout(() => this.#options.stuck(member.worker), STUCK_MS);
    for (const link of this.#server.links) link.pause();
  }

  #relieved(member: Member): void {
    if (!this.#congested.has(member) || member.link.unsent > this.#options.budget / 4) {
      member.stuckTimer?.refresh();
      return;
    }
    this.#forgive(member);
  }

  #forgive(member: Member): void {
    clearTimeout(member.stuckTimer);
    member.stuckTimer = undefined;
    if (!this.#congested.delete(member) || this.#congested.size > 0) return;
    for (const link of this.#server.links) link.resume();
  }

  #leave(member: Member): void {
    for (const channel of [...member.channels]) this.#unsubscribe(member, channel);
    member.desk.left();
    this.#forgive(member);
  }
}
