import { expect, it } from "vitest";
import type { Centaurus as CentaurusClass } from "./index.ts";
import { useSites } from "./test/site.ts";

declare const Centaurus: typeof CentaurusClass;
declare const trustedTypes: {
  createPolicy(name: string, rules: object): { createScriptURL(url: string): { toJSON(): string } };
};

const sites = useSites();
const MODULE = { "functions.mjs": "export const sum = (a, b) => a + b;" };

/** What becomes of a function that travels as text. */
function byText(): Promise<unknown> {
  const C = new Centaurus();
  C.register({ sum: (a: number, b: number) => a + b });
  return Promise.resolve(C.sum?.(1, 2)).catch(String);
}

/** What becomes of a module's. */
function byModule(): Promise<unknown> {
  const C = new Centaurus();
  return C.registerModule<{ sum(a: number, b: number): number }>("/functions.mjs").then(({ sum }) => sum(1, 2), String);
}

function byBlob(): Promise<unknown> {
  return fetch("/centaurus.worker.js").then(async (file) => {
    const C = new Centaurus(URL.createObjectURL(await file.blob()));
    C.register({ sum: (a: number, b: number) => a + b });
    return Promise.resolve(C.sum?.(1, 2)).catch(String);
  });
}

it("works under a page's strict policy where its own file has none", async () => {
  const page = await sites.open({ policy: "script-src 'self'", files: MODULE });
  expect(await page.evaluate(byText)).toBe(3);
  expect(await page.evaluate(byModule)).toBe(3);
});

it("works under the policy that its file should have", async () => {
  const page = await sites.open({
    policy: "script-src 'self'",
    workerPolicy: "script-src 'self' 'unsafe-eval'",
    files: MODULE,
  });
  expect(await page.evaluate(byText)).toBe(3);
  expect(await page.evaluate(byModule)).toBe(3);
});

it("names what is missing where its own file's policy forbids eval, and runs modules there", async () => {
  const page = await sites.open({ workerPolicy: "script-src 'self'", files: MODULE });
  const error = await page.evaluate(byText);
  expect(error).toMatch(
    /^RegistrationError: "sum" cannot be made from its text, as the Content-Security-Policy of the web worker's own file forbids it/,
  );
  expect(error).toContain("Serve that file with script-src 'unsafe-eval', or register the functions as a module.");
  expect(await page.evaluate(byModule)).toBe(3);
});

it("names the directive of its own file that forbids a script, or a check of its hash", async () => {
  const page = await sites.open({ workerPolicy: "script-src 'unsafe-eval'; connect-src 'none'" });
  const errors = await page.evaluate(async () => {
    const plain = await new Centaurus().loadScripts("/pako.js").catch(String);
    const checked = await new Centaurus().loadScripts({ url: "/pako.js", integrity: "sha256-AAAA" }).catch(String);
    return [String(plain), String(checked)];
  });
  expect(errors[0]).toMatch(
    /pako\.js could not be loaded: the Content-Security-Policy of the web worker's own file forbids http.* by script-src/,
  );
  expect(errors[1]).toMatch(/the Content-Security-Policy of the web worker's own file forbids http.* by connect-src/);
});

it("names the page's directive that forbids a web worker", async () => {
  const page = await sites.open({ policy: "script-src 'self'; worker-src 'none'" });
  expect(await page.evaluate(byText)).toMatch(
    /^LoadError: The web worker could not be loaded: the page's Content-Security-Policy forbids http.* by worker-src$/,
  );
});

it("names the page's directive that forbids a Blob", async () => {
  const page = await sites.open({ policy: "script-src 'self'" });
  expect(await page.evaluate(byBlob)).toMatch(
    /^LoadError: .*the page's Content-Security-Policy forbids blob.* by worker-src$/,
  );
});

it("says of a Blob that it has its page's policy", async () => {
  const page = await sites.open({ policy: "script-src 'self'; worker-src blob:" });
  expect(await page.evaluate(byBlob)).toMatch(/^RegistrationError: "sum" cannot be made from its text/);
});

it("takes a trusted address where the page asks for one, and says so where it is given none", async () => {
  const page = await sites.open({ policy: "require-trusted-types-for 'script'" });
  expect(await page.evaluate(byText)).toMatch(/^LoadError: The web worker could not be started: .*TrustedScriptURL/);
  expect(
    await page.evaluate(() => {
      const policy = trustedTypes.createPolicy("workers", { createScriptURL: (url: string) => url });
      const C = new Centaurus(policy.createScriptURL("/centaurus.worker.js"));
      C.register({ sum: (a: number, b: number) => a + b });
      return Promise.resolve(C.sum?.(1, 2)).catch(String);
    }),
  ).toBe(3);
});

it("says of a file that is missing, or elsewhere, that it is", async () => {
  const page = await sites.open();
  const errors = await page.evaluate(async () => {
    const fails = (C: InstanceType<typeof Centaurus>) => Promise.resolve(C.test?.()).catch(String);
    return [
      await fails(new Centaurus("/missing.js")),
      await fails(new Centaurus("https://elsewhere.example/worker.js")),
    ];
  });
  expect(errors[0]).toMatch(/^LoadError: The web worker could not be loaded: http.*\/missing\.js gives HTTP 404$/);
  expect(errors[1]).toMatch(/^LoadError: The web worker could not be started: .*cannot be accessed from origin/);
});
