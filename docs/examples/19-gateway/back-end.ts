import { Gateway } from "fugitive/gateway";

const { CONTROL_URL = "http://127.0.0.1:8081", REDIS_URL = "redis://127.0.0.1:6379" } = process.env;
const say = (line: string) => void process.stdout.write(`${line}\n`);

const gateway = new Gateway({
  control: CONTROL_URL,
  // another name for each process; together they are the group, and each event goes to one of them
  redis: { url: REDIS_URL, stream: "events", group: "chat", consumer: `chat-${process.env.INSTANCE ?? 1}` },
});

gateway.on("open", async (connection) => {
  await connection.setTags({ room: "lobby" });
  await connection.send("You are in the lobby.");
  say(`${connection.id} is here`);
});
gateway.on("message", async (connection, data) => {
  // everybody in the room hears it, whichever process they are connected to
  await gateway.sendTo({ room: "lobby" }, `${connection.id}: ${data}`);
});
gateway.on("close", (connection, code) => say(`${connection.id} is gone, ${code}`));
gateway.on("error", ({ code, message }) => say(`${code}: ${message}`));
gateway.listen();

process.once("SIGTERM", () => void gateway.close());
