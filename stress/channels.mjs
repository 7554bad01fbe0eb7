/** How many publications a channel keeps of which none may ever be missed, and one of which some may. */
const MANY = 100_000;
const FEW = 30;
/** Longer than anybody is away, in milliseconds. */
const TTL_MS = 600_000;

/** What the application says of its channels. */
export const RULES = {
  "kept:*": { history: { size: MANY, ttlMs: TTL_MS } },
  "few:*": { history: { size: FEW, ttlMs: TTL_MS } },
  "latest:*": { history: { mode: "latest", ttlMs: TTL_MS } },
  "room:*": { presence: true },
  "team:*": { presence: { countBy: "user" } },
  "flood:a": {},
  "flood:oldest": { slowReaders: "drop-oldest" },
  "flood:newest": { slowReaders: "latest" },
};

/** Channels that are followed without a loss, and how many publications each of them keeps. */
export const FOLLOWED = [
  { channel: "kept:a", size: MANY },
  { channel: "kept:b", size: MANY },
  { channel: "few:a", size: FEW },
];
export const LATEST = "latest:a";
/** Channels with more than slow readers read: of the first they are closed, of the others publications are left out. */
export const FLOODS = ["flood:a", "flood:oldest", "flood:newest"];
/** Of these it is kept who is in them: each connection, and each user. */
export const ROOM = "room:a";
export const TEAM = "team:a";
