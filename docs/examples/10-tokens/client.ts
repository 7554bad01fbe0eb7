import { createHmac } from "node:crypto";
import { type AppError, connect, type TokenRequest } from "fugitive/client";
import type { app } from "./app.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
const url = "ws://localhost:8080";

/** What a login of yours would do, where nobody else knows the secret. */
function sign(claims: object, secret = "a-secret-that-nobody-else-knows!") {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
const inAMinute = Math.floor(Date.now() / 1_000) + 60;

// a function is asked anew when the token is about to expire, and the connection goes on
const token = ({ reason }: TokenRequest) => {
  say(`a token, to ${reason}`);
  return sign({ sub: "ann", plan: "pro", exp: inAMinute });
};
const ann = connect<typeof app>(url, { token });
say(await ann.call("whoami"));
ann.close();

const forged = sign({ sub: "ann", exp: inAMinute }, "a-guess");
for (const token of [sign({ sub: "mallory", exp: inAMinute }), forged]) {
  const stranger = connect<typeof app>(url, { token });
  await stranger.call("whoami").catch(({ code }: AppError) => say(code));
}
