import { describe, expect, it, onTestFinished } from "vitest";
import { layCable } from "../links/test/cable.ts";
import { startDemoServer } from "../test/demo-server.ts";
import { answerLine, call, chatTexts, heard, leaveWorker, reconnect, say, shown, useDemo } from "./test/demo-page.ts";

const demo = useDemo();

function portOf(url: string): number {
  return Number(new URL(url).port);
}

describe("the demo page, over a connection that is another", () => {
  it("keeps its session over a reconnect that deals it to another worker", async () => {
    const page = await demo.open();
    const [session, worker, pid] = [
      await shown(page, "session"),
      await shown(page, "worker"),
      await shown(page, "pid"),
    ];
    await leaveWorker(page, worker);
    expect(await shown(page, "session")).toBe(session);
    expect(await shown(page, "session-note")).toBe("same session");
    expect(await shown(page, "pid")).not.toBe(pid);
    expect(await shown(page, "state")).toBe("open");
    expect(await shown(page, "reason")).toBe("");
    await page.locator("#round-trip", { hasText: /^\d+(\.\d)? ms$/ }).waitFor();
  });

  it("goes on with the chat over a reconnect, with what was said and with what is said then", async () => {
    const [one, two] = [await demo.open(), await demo.open()];
    const lines = ["Before.", "I am back.", "I heard you."];
    await say(two, "Before.");
    await heard(one, "Before.");
    await reconnect(one);
    await say(one, "I am back.");
    // its own line comes back over the subscription, which is there then
    for (const page of [one, two]) await heard(page, "I am back.");
    await say(two, "I heard you.");
    for (const page of [one, two]) {
      await heard(page, "I heard you.");
      expect(await chatTexts(page)).toEqual(lines);
    }
    expect(await one.locator("#chat-log li.own .text").allTextContents()).toEqual(["I am back."]);
  });

  it("subscribes to a pattern, keeps that over a reconnect, and unsubscribes", async () => {
    const page = await demo.open();
    const log = (mark: string) => page.locator(`#channel-log [data-mark="${mark}"] .what`);
    await page.getByRole("button", { name: "Subscribe", exact: true }).click();
    await log("on").first().waitFor();
    await reconnect(page);
    await log("on").nth(1).waitFor();
    expect(await log("on").allTextContents()).toEqual([
      "news:* subscribed",
      "news:* subscribed again, over a new connection",
    ]);
    await page.getByLabel("Publish on").fill("news:sport");
    await page.getByLabel("Data").fill('{ "goals": [1, 2] }');
    await page.getByRole("button", { name: "Publish" }).click();
    await log("sent").first().waitFor();
    expect(await log("event").allTextContents()).toEqual(['news:sport {"goals":[1,2]}']);
    await page.getByRole("button", { name: "Unsubscribe from news:*" }).click();
    await page.getByRole("button", { name: "Publish" }).click();
    await log("sent").nth(1).waitFor();
    expect(await log("event").count()).toBe(1);
    expect(await log("off").allTextContents()).toEqual(["news:* unsubscribed"]);
    expect(await page.locator("#subscriptions li").count()).toBe(0);
  });

  it("ends a run of sweat with its connection", async () => {
    const page = await demo.open();
    await page.getByRole("button", { name: "Make it sweat" }).click();
    await page.locator("#sweat-in-flight", { hasText: "8" }).waitFor();
    await reconnect(page);
    await page.locator("#sweat-status", { hasText: /^The connection was lost, and the run ended/ }).waitFor();
    expect(await page.locator("#sweat-in-flight").textContent()).toBe("0");
  });

  it("comes back with its session when its socket worker is killed", async () => {
    const page = await demo.open();
    const session = await shown(page, "session");
    const pid = await shown(page, "pid");
    process.kill(Number(pid?.replace("pid ", "")), "SIGKILL");
    await page.locator("#dealt li").nth(1).waitFor();
    await page.locator("#pid", { hasText: /^pid \d+$/ }).waitFor();
    expect(await shown(page, "pid")).not.toBe(pid);
    expect([await shown(page, "session"), await shown(page, "session-note")]).toEqual([session, "same session"]);
    await call(page, "math.add");
    await answerLine(page, /^answered in /);
  });

  it("has a new session, and still its subscriptions, where the server was started anew", async () => {
    const anew = await startDemoServer(1);
    onTestFinished(() => anew.stop());
    const cable = await layCable(portOf(demo.url()));
    onTestFinished(() => cable.cut());
    const page = await demo.open(`http://127.0.0.1:${cable.port}/`);
    const session = await shown(page, "session");
    cable.lead(portOf(anew.url));
    await page.locator("#session-note", { hasText: /^new session$/ }).waitFor();
    expect(await shown(page, "session")).not.toBe(session);
    // its place in the chat is another server's, as it hears with its subscription: before that nothing would come
    await page.locator("#chat-log .gap").waitFor();
    await say(page, "Anybody new?");
    await heard(page, "Anybody new?");
  });
});
