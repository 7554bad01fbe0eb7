import { Track } from "../ledger/track.mjs";
import { CHANNEL } from "./rules.mjs";
import { SessionClient } from "./session-client.mjs";

const [SUBSCRIBE, SUBSCRIBED, EVENT, ERROR] = [8, 9, 12, 4];
const AGAIN_MS = 200;

/** Follows the channel from place to place: it may miss nothing, and get nothing twice. */
export function follower(world, random, ledger, index) {
  const who = `follower ${index}`;
  const track = new Track(ledger, who, (text) => world.complain(text));
  let epoch;
  let id = 0;

  const client = new SessionClient(world, random.named("client"), who, {
    channels: () => (epoch === undefined ? undefined : { [CHANNEL]: place() }),
    welcomed({ channels }) {
      if (epoch === undefined) subscribe();
      else if (channels?.[CHANNEL] !== undefined) stands(channels[CHANNEL]);
      // it was refused, as where Redis is away
      else subscribe();
    },
    receive([kind, ...rest]) {
      if (kind === EVENT) event(rest);
      else if (kind === SUBSCRIBED && rest[0] === id) stands(rest[1]);
      else if (kind === ERROR) refused(rest);
    },
  });

  const place = () => ({ epoch, offset: track.at });

  function subscribe() {
    client.send([SUBSCRIBE, ++id, CHANNEL, ...(epoch === undefined ? [] : [{ since: place() }])]);
  }

  function stands(info) {
    if (epoch === undefined) track.begin(info.epoch, info.offset);
    else if (info.recovered !== true) track.gap(place(), info);
    epoch = info.epoch;
  }

  function event([, data, info]) {
    world.count("publications followed");
    track.event(data, info?.offset);
  }

  function refused([about, code]) {
    if (about !== id) return;
    world.count(`subscriptions refused: ${code}`);
    void world.rest(AGAIN_MS).then(subscribe);
  }

  return {
    who,
    get ready() {
      return epoch !== undefined;
    },
    get waitsFor() {
      return client.connected ? track.missing : `${who} is welcome nowhere`;
    },
    stopped: Promise.resolve(),
    again: () => client.cut(),
    close: () => client.close(),
  };
}
