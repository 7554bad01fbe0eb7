import { WebSocket } from "ws"; // browsers have one of their own, and so has Node.js from 22 on

const Kind = { CALL: 2, RESULT: 3, ERROR: 4, ACK: 5, SUBSCRIBE: 8, SUBSCRIBED: 9, PUBLISH: 11, EVENT: 12 };
const say = (line: string) => void process.stdout.write(`${line}\n`);
const socket = new WebSocket("ws://localhost:8080", "fugitive.v1.json");
const waiting = new Map<number, (answer: unknown[]) => void>();
let lastId = 0;

/** Asks for something, and gives what answers it: it has the same id. */
function ask(kind: number, ...rest: unknown[]): Promise<unknown[]> {
  const id = ++lastId;
  socket.send(JSON.stringify([kind, id, ...rest]));
  return new Promise((resolve) => waiting.set(id, resolve));
}

function take(message: unknown[]) {
  const [kind, id, ...rest] = message;
  if (kind === Kind.EVENT) return say(`${id}: ${JSON.stringify(rest[0])}`);
  waiting.get(Number(id))?.(message);
  waiting.delete(Number(id));
}

socket.onmessage = ({ data }) => {
  const frame = JSON.parse(String(data));
  // one message, or several at once
  for (const message of Array.isArray(frame[0]) ? frame : [frame]) take(message);
};

socket.onopen = async () => {
  say(JSON.stringify(await ask(Kind.CALL, "math.add", { x: 1, y: 6 })));
  say(JSON.stringify(await ask(Kind.CALL, "hello", 5)));
  await ask(Kind.SUBSCRIBE, "chat:lobby");
  await ask(Kind.PUBLISH, "chat:lobby", { from: "a program", text: "Anybody?" });
  socket.close();
};
