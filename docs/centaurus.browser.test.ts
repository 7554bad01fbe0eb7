import { describe, expect, it } from "vitest";
import { useSites } from "../centaurus/test/site.ts";
import { useDemo } from "../server/web/test/demo-page.ts";
import { read } from "./test/node-process.ts";

/** The first piece of JavaScript after a heading. */
function example(file: string, heading: string): string {
  const [, code = ""] = new RegExp(`${heading}\n.*?\`\`\`js\n(.*?)\`\`\``, "s").exec(read(file)) ?? [];
  expect(code).not.toBe("");
  return code;
}

describe("README.md", () => {
  const demo = useDemo();

  it("has an example of Centaurus that works where it is pasted", async () => {
    const page = await demo.open();
    const said = page.waitForEvent("console", (message) => message.text().includes("primes"));
    await page.evaluate(`(async () => {${example("README.md", "## Heavy work in the browser")}})()`);
    expect((await said).text()).toBe("78498 primes");
  });
});

describe("docs/CENTAURUS.md", () => {
  const sites = useSites();

  it("begins with an example that works", async () => {
    const page = await sites.open();
    const said: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    await page.evaluate(example("docs/CENTAURUS.md", "# Centaurus"));
    await expect.poll(() => said.length).toBe(2);
    expect(said[0]).toBe("123456");
    expect(Number(said[1])).toBeLessThan(30);
    expect(sites.takeProblems()).toEqual([]);
  });
});
