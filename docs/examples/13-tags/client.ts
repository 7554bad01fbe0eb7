import { connect } from "fugitive/client";
import type { app } from "./app.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
const guest = () => connect<typeof app>("ws://localhost:8080/?table=7");
const [ann, bob] = [guest(), guest()];
const bobHears = () => new Promise((resolve) => bob.on("direct", resolve));

/** What a back end does, in whatever language: HTTP to the control port. */
async function control(method: string, path: string, body = "") {
  const answer = await fetch(`http://localhost:8081${path}`, { method, ...(body !== "" && { body }) });
  return (await answer.text()).trim();
}

await Promise.all([ann.call("sitDown"), bob.call("sitDown")]);
const cheers = bobHears();
say(`${await ann.call("cheers", "Cheers!")} are told`);
say(`Bob hears: ${await cheers}`);

say(`${await control("POST", "/settags?table=7", "paid=yes")} have paid`);
const night = bobHears();
say(`${await control("POST", "/send?table=7&paid=yes", "Good night!")} are told`);
say(`Bob hears: ${await night}`);
say((await control("GET", "/status?table=7")).match(/(paid|seated)=\w+/g)?.join(" ") ?? "nobody is there");

const metrics = await control("GET", "/metrics");
say(metrics.match(/^fugitive_calls_total\{procedure="cheers".*$/m)?.[0] ?? "nothing is counted");
say(`${await control("POST", "/close?table=7")} are sent home`);
