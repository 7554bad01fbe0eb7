import { QueuedCall } from "./queued-call.mjs";
import { SessionClient } from "./session-client.mjs";

const [CALL, RESULT, ERROR, ACK] = [2, 3, 4, 5];
const PAUSE_MS = [10, 120];
/** Calls of one session that may be under way. */
const MOST = 30;
const AGAIN_MS = 300;
const CUT_MS = [500, 5_000];
/** Most are quick; those that fail fill the dead letters. */
const PROCEDURES = [...Array(12).fill("quick"), ...Array(6).fill("slow"), ...Array(3).fill("refuse"), "fail"];

/**
 * Calls procedures of remote workers, over whatever becomes of its connection. Of calls with keys it asks again until they
 * are answered, and then may lose its connection by itself; of others it only waits.
 */
export function caller(world, random, index, keyed) {
  const who = `caller ${index}${keyed ? ", with keys" : ""}`;
  /** Those whose answers may still come, by id. */
  const open = new Map();
  /** All, as what is answered may come again. */
  const calls = new Map();
  let lastId = 0;
  /** The last call that is to give its session a tag; `before` is the last one that did. */
  let tag;
  let asked;

  const client = new SessionClient(world, random.named("client"), who, {
    welcomed() {
      for (const call of open.values()) {
        call.lost();
        if (call.key !== undefined) ask(call);
        // nobody knows whether it was taken; if it was, it is answered all the same
        else if (!call.acknowledged) open.delete(call.id);
      }
      if (asked !== undefined) client.send([CALL, asked.id, "tags"]);
    },
    receive([kind, id, ...rest]) {
      if (kind === ERROR && id === null) world.complain(`${who} got ERROR ${rest.join(" ")}`);
      else if (id === asked?.id) told(kind, rest);
      else if (kind === ACK || kind === RESULT || kind === ERROR) about(calls.get(id), kind, rest);
    },
  });

  function about(call, kind, rest) {
    if (call === undefined) return void world.complain(`${who} got what it never asked for: ${kind} ${rest}`);
    const { host } = client;
    if (kind === ACK) call.acknowledge(rest[0]?.job, host);
    else if (kind === RESULT) call.result(rest[0], host);
    else if (call.error(rest[0], host)) later(call);
    if (call.over) open.delete(call.id);
  }

  function later(call) {
    void world.rest(AGAIN_MS).then(() => {
      if (open.has(call.id) && call.asking === undefined) ask(call);
    });
  }

  function ask(call) {
    const { id, procedure, key } = call;
    if (client.send([CALL, id, procedure, id, ...(key === undefined ? [] : [{ key }])])) call.asked(client.host);
  }

  function begin(procedure) {
    const id = ++lastId;
    const call = new QueuedCall(world, who, id, procedure, keyed ? `key ${id}` : undefined);
    calls.set(id, call);
    open.set(id, call);
    ask(call);
    return call;
  }

  function lastTagged() {
    return tag?.answered ? tag : tag?.before;
  }

  function told(kind, [value]) {
    if (kind === ERROR) return;
    const { resolve } = asked;
    asked = undefined;
    // one that was lost before it was acknowledged may be answered as its session comes back
    const call = lastTagged();
    const [answer] = call.answers;
    if (answer.what === "RESULT" && value?.n !== `${call.id}`) {
      // UNAVAILABLE is not to know: it may have been queued, and done
      if (calls.get(Number(value?.n))?.refused === true) world.count("tags of calls that were UNAVAILABLE, and done");
      else if (world.harmed(answer.host, answer.at, 1_000)) world.count("tags lost with who had set them");
      else world.complain(`${call} is done, and its session has the tag ${value?.n}: ${call.story}`);
    }
    resolve();
  }

  const calling = world.repeat(who, async () => {
    await world.pause(random.between(...PAUSE_MS));
    if (world.stopping || !client.connected || open.size >= MOST) return;
    // one after the other, so that it is known which is the last
    if ((tag === undefined || tag.over) && random.chance(0.1)) {
      const before = tag;
      tag = begin("tag");
      // of one that was refused it is not known whether it has changed anything
      tag.before = before?.answered ? before : before?.before;
    } else begin(random.pick(PROCEDURES));
  });
  const cutting =
    keyed &&
    world.repeat(who, async () => {
      await world.pause(random.between(...CUT_MS));
      if (world.stopping || !client.connected) return;
      world.count("connections cut by their clients");
      client.cut();
    });
  return {
    who,
    calls,
    get ready() {
      return client.connected;
    },
    get waitsFor() {
      if (!client.connected) return `${who} is welcome nowhere`;
      const waiting = [...open.values()];
      return waiting.length > 0
        ? waiting.map((call) => `${call} was never answered: ${call.story}`).join("\n")
        : undefined;
    },
    /** Jobs that nobody answers any more, as they were given up, need no answer. */
    excuse(dead) {
      for (const call of [...open.values()]) if (dead.has(call.job)) open.delete(call.id);
    },
    /** Comes back once more, and asks what became of its session. */
    async again() {
      client.cut();
      if (lastTagged() === undefined) return;
      await new Promise((resolve) => {
        asked = { id: ++lastId, resolve };
      });
    },
    stopped: Promise.all([calling, cutting]),
    close: () => client.close(),
  };
}
