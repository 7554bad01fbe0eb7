import { describe, expect, it } from "vitest";
import { Kind } from "../../shared/message.ts";
import { answerLine, call, chatTexts, heard, leaveWorker, say, shown, useDemo } from "./test/demo-page.ts";

const demo = useDemo();

describe("the demo page", () => {
  it("connects, and shows its socket worker, its session and the time of a round trip", async () => {
    const page = await demo.open();
    expect(await shown(page, "worker")).toMatch(/^worker [12]$/);
    expect(await shown(page, "session")).toMatch(/^[\w-]{4}…$/);
    expect(await shown(page, "session-note")).toBe("");
    await page.locator("#round-trip", { hasText: /^\d+(\.\d)? ms$/ }).waitFor();
  });

  it("calls a procedure and shows what it answers", async () => {
    const page = await demo.open();
    await call(page, "math.add", '{ "x": 40, "y": 2 }');
    await answerLine(page, /^answered in \d/);
    expect(await page.locator("#answer-value").textContent()).toBe("42");
    expect(await page.locator("#snippet").textContent()).toBe('await client.call("math.add", { "x": 40, "y": 2 });');
  });

  it("shows an error with its code and in plain words", async () => {
    const page = await demo.open();
    await call(page, "math.div");
    await answerLine(page, /^BAD_REQUEST: Nothing can be divided by zero\.$/);
    expect(await page.locator("#answer-value").textContent()).toBe("");
  });

  it("says of input that is no JSON that nothing was sent", async () => {
    const page = await demo.open();
    await call(page, "math.add", "{ x: 1 }");
    await answerLine(page, /^NO_JSON: Not sent: /);
  });

  it("shows the items of a streaming procedure, the newest 200 of many", async () => {
    const page = await demo.open();
    await call(page, "test.count", "3");
    await answerLine(page, /^3 items and an answer in /);
    expect(await page.locator("#answer-items li").allTextContents()).toEqual(["1", "2", "3"]);
    await call(page, "test.count", "1000");
    await answerLine(page, /^1,000 items and an answer in /);
    const items = await page.locator("#answer-items li").allTextContents();
    expect([items.length, items[0], items.at(-1)]).toEqual([200, "801", "1000"]);
    expect(await page.locator("#answer-value").textContent()).toBe("returned 1000");
  });

  it("cancels a stream that is under way, and a call that has not answered", async () => {
    const page = await demo.open();
    const cancel = page.getByRole("button", { name: "Cancel" });
    await call(page, "test.count", "1000000");
    await answerLine(page, "so far");
    await cancel.click();
    await answerLine(page, "CANCELLED: You cancelled it.");
    expect(await page.locator("#answer-value").textContent()).toMatch(/^after [\d,]+ items in /);
    await call(page, "test.delay", "60000");
    await answerLine(page, "is running");
    await cancel.click();
    await answerLine(page, "CANCELLED: You cancelled it.");
    expect(await cancel.isDisabled()).toBe(true);
  });

  it("shows who is in the chat, by the names they give themselves, and for how long they stay", async () => {
    const [one, two] = [await demo.open(), await demo.open()];
    const here = (page: typeof one) => page.locator("#chat-here li").allTextContents();
    await one.locator("#chat-count", { hasText: /^2 here$/ }).waitFor();
    const names = await Promise.all([one, two].map((page) => page.getByLabel("Name").inputValue()));
    expect((await here(one)).sort()).toEqual([...names].sort());
    await two.getByLabel("Name").fill("<b>Wren</b>");
    await two.getByLabel("Name").press("Tab");
    for (const page of [one, two]) await page.locator("#chat-here li", { hasText: "<b>Wren</b>" }).waitFor();
    expect(await one.locator("#chat-count").textContent()).toBe("2 here");
    await leaveWorker(two, await shown(two, "worker"));
    await one.locator("#chat-here li", { hasText: "<b>Wren</b>" }).waitFor();
    await two.locator("#chat-count", { hasText: /^2 here$/ }).waitFor();
    await two.close();
    await one.locator("#chat-count", { hasText: /^1 here$/ }).waitFor();
    expect(await here(one)).toEqual([names[0]]);
  });

  it("carries a chat between pages on different workers, each line once", async () => {
    const [one, two] = [await demo.open(), await demo.open()];
    await leaveWorker(two, await shown(one, "worker"));
    // lines of one channel come in one order, so that the last one proves that no second copy is on its way
    const lines = ["Is anybody there?", '<img src="x" onerror="console.error(1)">', "Goodbye."];
    for (const line of lines) await say(one, line);
    for (const page of [one, two]) {
      await heard(page, "Goodbye.");
      expect(await chatTexts(page)).toEqual(lines);
      expect(await page.locator("#chat-log .worker").first().textContent()).toBe(await shown(one, "worker"));
      expect(await page.locator("#chat-log img").count()).toBe(0);
    }
    expect(await one.locator("#chat-log li.own").count()).toBe(3);
    expect(await two.locator("#chat-log li.own").count()).toBe(0);
    await say(two, "Still here.");
    await heard(one, "Still here.");
  });

  it("says how many are in the chat once it has been told, and not as soon as somebody leaves", async () => {
    const leaving = await demo.open();
    const page = await demo.openBlank();
    const kinds: number[] = [];
    let answer = () => {};
    await page.routeWebSocket(/./, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => {
        const kind = Number(Buffer.from(message)[1]);
        kinds.push(kind);
        if (kind === Kind.SUBSCRIBED) answer = () => socket.send(message);
        else socket.send(message);
      });
    });
    await page.goto(demo.url());
    await expect.poll(() => kinds).toContain(Kind.SUBSCRIBED);
    await leaving.reload();
    await expect.poll(() => kinds).toContain(Kind.PRESENCE);
    await page.locator("#pid", { hasText: /^pid \d+$/ }).waitFor();
    expect(await page.locator("#chat-count").textContent()).toBe("");
    answer();
    await page.locator("#chat-count", { hasText: /^2 here$/ }).waitFor();
  });

  it("sweats, compares light calls before and meanwhile, and stops with nothing in flight", async () => {
    const page = await demo.open();
    const time = /^\d+(\.\d\d?)? m?s$/;
    const button = page.locator("#sweat-button");
    await page.getByRole("button", { name: "Make it sweat" }).press("Enter");
    expect(await button.textContent()).toBe("Stop");
    await page.locator("#sweat-hashes", { hasText: /^[1-9]/ }).waitFor();
    await page.locator("#sweat-median-during", { hasText: time }).waitFor();
    expect(await page.locator("#sweat-median-before").textContent()).toMatch(time);
    expect(await page.locator("#sweat-in-flight").textContent()).toBe("8");
    await button.press("Enter");
    await page.locator("#sweat-status", { hasText: /^Stopped: .+ nothing is in flight\.$/ }).waitFor();
    expect(await page.locator("#sweat-in-flight").textContent()).toBe("0");
    expect(await page.locator("#sweat-problems").textContent()).toBe("");
    expect(await button.textContent()).toBe("Make it sweat");
  });

  it("is served with a policy that forbids inline scripts, and this test would see one", async () => {
    const page = await demo.open();
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'run'";
      document.head.append(script);
    });
    await expect.poll(() => demo.takeProblems()).toEqual([expect.stringContaining("Content Security Policy")]);
    expect(await page.title()).toBe("Fugitive");
  });
});

describe("the client bundle", () => {
  it("works from a classic script element", async () => {
    const page = await demo.open();
    const sum = await page.evaluate(async () => {
      const script = document.createElement("script");
      script.src = "/client.js";
      const loaded = new Promise((resolve, reject) => {
        script.onload = resolve;
        script.onerror = reject;
      });
      document.head.append(script);
      await loaded;
      const { connect } = (window as unknown as { fugitive: typeof import("../../client/index.ts") }).fugitive;
      const client = connect(location.href);
      const answer = await client.call("math.add", { x: 1, y: 6 });
      client.close();
      return answer;
    });
    expect(sum).toBe(7);
  });
});
