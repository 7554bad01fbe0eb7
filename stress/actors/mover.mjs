import { StressClient } from "../clients.mjs";

const MOVES_MS = [200, 2_000];
const TIMEOUT_MS = 20_000;
const ATTEMPTS = 6;

/** Has a session with a user, and takes it from connection to connection, and so from process to process. */
export async function mover(world, random, index) {
  const who = `session mover ${index}`;
  const user = `user ${index}`;
  const stress = new StressClient(world, { timeoutMs: TIMEOUT_MS, attempts: ATTEMPTS });
  const { client } = stress;
  await client.call("login", user);
  const { session } = client.welcome;
  client.on("welcome", (welcome) => {
    world.count("sessions taken on");
    if (welcome.session !== session) world.complain(`${who} came back, and its session was lost`);
  });

  async function ask() {
    try {
      const answer = await client.call("who", undefined, { idempotent: true });
      if (answer.user !== user) world.complain(`${who} is ${user}, and the server took it for ${answer.user}`);
    } catch (error) {
      if (!["UNAVAILABLE", "TIMEOUT", "OVERLOADED"].includes(error.code))
        world.complain(`${who} failed: ${error.stack}`);
    }
  }

  const done = world.repeat(who, async () => {
    if (random.chance(0.5)) client.reconnect();
    else stress.cut();
    // sometimes it turns round on its heel
    await world.pause(random.pick([0, random.between(...MOVES_MS)]));
    await ask();
  });
  return { who, waitsFor: undefined, stopped: done, close: () => stress.close() };
}
