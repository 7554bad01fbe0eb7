import type { RedisServer } from "../../links/test/redis-server.ts";
import type { Received } from "./sink-suite.ts";

const NUMBERS = ["seq", "time", "code"];

/** All entries of a stream, as events. */
export async function streamEntries(redis: RedisServer, stream: string): Promise<readonly Received[]> {
  const entries = (await redis.ask("XRANGE", stream, "-", "+")) as [Buffer, Buffer[]][];
  return entries.map(([, texts]) => {
    const fields: Record<string, string | number | Buffer> = { name: stream };
    for (let at = 0; at < texts.length; at += 2) {
      const [name, value] = [String(texts[at]), texts[at + 1] ?? Buffer.of()];
      fields[name] = NUMBERS.includes(name) ? Number(String(value)) : name === "message" ? value : String(value);
    }
    if (fields.type === "text") fields.message = String(fields.message);
    return fields as unknown as Received;
  });
}
