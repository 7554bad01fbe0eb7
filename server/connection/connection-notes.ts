import type { Presented } from "../auth/authenticator.ts";
import type { Identity } from "../auth/credentials.ts";
import type { RunningCall } from "../dispatch/running-call.ts";
import type { ConnectionRates } from "../rates/connection-rates.ts";
import { NO_TAGS, type Tags } from "../tags/tags.ts";
import type { Tap } from "../tail/tap.ts";
import type { ClientCalls } from "./client-calls.ts";
import type { Inbox } from "./inbox.ts";

/**
 * What those who look after a connection note about it. It is part of the connection rather than an object of its own, and
 * what seldom is there is made when it is: most connections are idle, and there are many.
 */
export abstract class ConnectionNotes {
  /** @internal What it is tagged with while it has no session, and what one begins with. */
  initialTags: Tags = NO_TAGS;
  /** @internal The tags that it can be found by. */
  indexed: Tags = NO_TAGS;
  /** @internal What its client has proven, apart from what the application has made of its session since. */
  identity: Identity | undefined;
  /** @internal What it presented as it connected; kept only where the application may want to see it again. */
  presented: Presented | undefined;
  /** @internal Calls that are not answered yet, by id; made when the first one comes. */
  calls: Map<number, RunningCall> | undefined;
  /** @internal What this side has asked of the client; made with the first call. */
  clientCalls: ClientCalls | undefined;
  /** @internal Subscribed channels; made with the first one. */
  channels: Set<string> | undefined;
  /** @internal Bytes of publications that wait for it to read, and may be left out. */
  backlog = 0;
  /** @internal Heartbeats since anything was heard. */
  silentBeats = 0;
  /** @internal Which of the moments within a heartbeat is this connection's. */
  slot = 0;
  /** @internal Its place among those of that moment. */
  place = 0;
  /** @internal Malformed messages since the last heartbeat. */
  malformed = 0;
  /** @internal What it has done of what is limited; made with the first message. */
  rates: ConnectionRates | undefined;
  /** @internal What came since the last heartbeat and was not worth making that for. */
  uncounted = 0;
  /** @internal Whether a message came: HELLO has to come before all others. */
  spoke = false;
  /** @internal Told of all that comes and goes, while somebody looks on. */
  tap: Tap | undefined;
  /** @internal What its client has said and that waits; undefined where nothing does. */
  inbox: Inbox | undefined;
  /** @internal Frames that came since it was last looked whether they take long. */
  received = 0;
  /** @internal Whether nothing of its client is done any more, and nothing said to it. */
  closing = false;
}
