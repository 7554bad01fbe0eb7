import { ROOM, TEAM } from "../channels.mjs";
import { StressClient } from "../clients.mjs";

const DISTURBED_MS = [1_500, 8_000];
const ATTEMPTS = 6;
const USERS = [1, 2, 3].map((number) => `user ${number}`);
const AGAIN_MS = 200;
/** What may come of the server's processes being killed. */
const LEGITIMATE = new Set(["UNAVAILABLE", "TIMEOUT", "OVERLOADED"]);

/** Comes and goes in a room of which it is kept who is in it, and has a picture of that by what it is told. */
export function guest(world, random, index) {
  const who = `guest ${index}`;
  const stress = new StressClient(world, { attempts: ATTEMPTS });
  const { client } = stress;
  /** As the server last said: its connection and its user. */
  let self;
  let subscription;
  /** Members by their connection; undefined while it is not known who was there at first. */
  let picture;
  let changes = [];
  let lists = 0;

  async function ask(procedure, input) {
    return client.call(procedure, input, { idempotent: true }).catch((error) => {
      if (!LEGITIMATE.has(error.code) && !world.closing) world.complain(`${who}: ${procedure} failed: ${error.stack}`);
    });
  }

  function change([what, { connection, user }]) {
    if (what === "join") picture.set(connection, user);
    else picture.delete(connection);
  }

  /** Asks who is there. What comes since then comes on top, though the answer may have some of it. */
  async function draw() {
    const own = ++lists;
    picture = undefined;
    changes = [];
    const listed = await ask("$presence", ROOM);
    if (own !== lists) return;
    if (listed === undefined) {
      await world.rest(AGAIN_MS);
      if (own === lists && !world.closing) await draw();
      return;
    }
    picture = new Map(listed.map(({ connection, user }) => [connection, user]));
    for (const one of changes) change(one);
  }

  function enter() {
    subscription = client.subscribe(ROOM, () => undefined, { presence: true });
    subscription.on("presence", (what, member) => {
      world.count(`presence: ${what}`);
      changes.push([what, member]);
      if (picture !== undefined) change([what, member]);
    });
    subscription.on("state", (state, { error }) => {
      if (state === "subscribed") void draw();
      else {
        lists++;
        picture = undefined;
      }
      if (error !== undefined) world.complain(`${who}: the subscription ended: ${error?.stack ?? error}`);
    });
  }

  async function introduce() {
    self = undefined;
    const answer = await ask("who");
    if (answer !== undefined) self = answer;
    else if (!world.closing) await world.rest(AGAIN_MS).then(introduce);
  }

  async function login() {
    const user = random.pick(USERS.filter((one) => one !== self?.user));
    self = undefined;
    await client.call("login", user).catch((error) => {
      if (!LEGITIMATE.has(error.code)) world.complain(`${who}: login failed: ${error.stack}`);
    });
    await introduce();
  }

  client.on("welcome", () => void introduce());
  client.subscribe(TEAM);
  enter();
  const disturbed = stress.disturb(world, random.named("disturbed"), DISTURBED_MS);
  const done = world.repeat(who, async () => {
    await world.pause(random.between(500, 4_000));
    if (world.stopping) return;
    if (random.chance(0.4)) await login();
    else {
      subscription.unsubscribe();
      await world.pause(random.pick([0, random.between(0, 2_000)]));
      enter();
    }
  });
  return {
    who,
    get self() {
      return self;
    },
    get picture() {
      return picture;
    },
    waitsFor: undefined,
    stopped: Promise.all([disturbed, done]),
    /** Is somebody else from now on, on the connection it has. */
    again: () => void login(),
    close: () => stress.close(),
  };
}
