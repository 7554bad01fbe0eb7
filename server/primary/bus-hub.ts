import { randomBytes, timingSafeEqual } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BusFrame, BusType } from "../bus/bus-frame.ts";
import { Link } from "../bus/link.ts";
import { PatternMap } from "../pubsub/patterns.ts";

export interface BusHubOptions {
  /** Bytes that may wait for one socket worker before its publishers are held back. */
  readonly budget: number;
  /** A connection could not be taken, as where too many files are open. The bus goes on. */
  failed(error: Error): void;
  /** A socket worker has not taken anything for {@link STUCK_MS} although much waits for it. */
  stuck(worker: number): void;
}

/** A worker that takes nothing for so long is not slow but stuck. */
const STUCK_MS = 10_000;
const JOIN_MS = 5_000;
/** Nobody who has not proved to be one of our own can make us hold more than this, in bytes. */
const LARGEST_JOIN = 1024;

/** A socket worker's link, as the primary sees it. */
interface Member {
  readonly link: Link;
  /** Its number, once it has joined. */
  worker: number | undefined;
  readonly channels: Set<string>;
  /** Set while too much waits for it. */
  stuckTimer: NodeJS.Timeout | undefined;
}

/**
 * The primary's half of the bus: knows which socket worker wants which channel, and sends every publication to those
 * only, its origin included. All publications pass here one after another, which is what gives each channel one order.
 */
export class BusHub {
  readonly #options: BusHubOptions;
  readonly #secret = randomBytes(32).toString("hex");
  readonly #members = new Set<Member>();
  readonly #interest = new PatternMap<Set<Member>>();
  readonly #congested = new Set<Member>();
  /** Members that get the publication at hand; one set for all, to allocate none per publication. */
  readonly #receivers = new Set<Member>();
  readonly #server: Server;
  #folder: string | undefined;
  #path = "";

  constructor(options: BusHubOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  /** What a socket worker needs to join: {@link LocalBrokerOptions}' path and secret. */
  get address(): { path: string; secret: string } {
    return { path: this.#path, secret: this.#secret };
  }

  listen(): Promise<void> {
    if (process.platform === "win32") this.#path = `\\\\.\\pipe\\fugitive-${randomBytes(16).toString("hex")}`;
    else {
      this.#folder = mkdtempSync(join(tmpdir(), `fugitive-${process.pid}-`)); // only this user may enter it
      this.#path = join(this.#folder, "bus");
    }
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#path, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) => this.#options.failed(error));
        resolve();
      });
    });
  }

  /** Publishes from the primary itself, for back ends. */
  publish(channel: string, data: Uint8Array): void {
    this.#route(channel, (member) => member.link.send(BusType.EVENT, 0, channel, data));
  }

  close(): void {
    this.#server.close();
    for (const member of this.#members) member.link.close();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #welcome(socket: Socket): void {
    const member: Member = {
      link: new Link(
        socket,
        {
          frame: (frame) => this.#receive(member, frame),
          drained: () => this.#relieved(member),
          closed: () => {
            clearTimeout(late);
            this.#leave(member);
          },
        },
        LARGEST_JOIN,
      ),
      worker: undefined,
      channels: new Set(),
      stuckTimer: undefined,
    };
    const late = setTimeout(() => {
      if (member.worker === undefined) member.link.close();
    }, JOIN_MS);
    this.#members.add(member);
  }

  #receive(member: Member, frame: BusFrame): void {
    if (member.worker === undefined) {
      this.#join(member, frame);
      return;
    }
    switch (frame.type) {
      case BusType.PUBLISH:
        this.#publish(member, frame);
        break;
      case BusType.SUBSCRIBE:
        this.#subscribe(member, frame.channel);
        member.link.send(BusType.SUBSCRIBED, frame.reference);
        break;
      case BusType.UNSUBSCRIBE:
        this.#unsubscribe(member, frame.channel);
        break;
    }
  }

  #join(member: Member, frame: BusFrame): void {
    const expected = Buffer.from(this.#secret);
    const { data } = frame;
    if (frame.type !== BusType.JOIN || data.length !== expected.length || !timingSafeEqual(data, expected)) {
      member.link.close();
      return;
    }
    member.worker = frame.reference;
    member.link.largestFrame = Number.POSITIVE_INFINITY;
    if (this.#congested.size > 0) member.link.pause(); // like everybody
    member.link.send(BusType.JOINED, 0);
  }

  #publish(origin: Member, frame: BusFrame): void {
    const { reference } = frame;
    this.#route(frame.channel, (member) => member.link.forward(frame, BusType.EVENT));
    if (reference !== 0) origin.link.send(BusType.PUBLISHED, reference);
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
    if (members === undefined) this.#interest.set(channel, new Set([member]));
    else members.add(member);
  }

  #unsubscribe(member: Member, channel: string): void {
    member.channels.delete(channel);
    const members = this.#interest.get(channel);
    members?.delete(member);
    if (members?.size === 0) this.#interest.delete(channel);
  }

  /** Too much waits for a worker: nobody is read until it has caught up, so that their own queues fill and refuse. */
  #congest(member: Member): void {
    if (this.#congested.has(member)) return;
    this.#congested.add(member);
    member.stuckTimer = setTimeout(() => this.#options.stuck(member.worker ?? 0), STUCK_MS);
    for (const { link } of this.#members) link.pause();
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
    for (const { link } of this.#members) link.resume();
  }

  #leave(member: Member): void {
    this.#members.delete(member);
    for (const channel of [...member.channels]) this.#unsubscribe(member, channel);
    this.#forgive(member);
  }
}
