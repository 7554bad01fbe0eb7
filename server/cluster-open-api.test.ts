import { expect, it } from "vitest";
import { z } from "zod";
import { ROUTES } from "./control-port/routes.ts";
import { startCluster } from "./test/cluster.ts";

interface Operation {
  readonly security: readonly object[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly required?: boolean;
    readonly description?: string;
  }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema?: object }>> }>>;
}

type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };

/** Requests that tell what the description has to be true of: a good one of each path, and bad ones. */
const REQUESTS: readonly (readonly [path: string, body?: string])[] = [
  ["/healthz"],
  ["/readyz"],
  ["/workers"],
  ["/metrics"],
  ["/status"],
  ["/status?id=*"],
  ["/status?a=1&a=2"],
  ["/tree"],
  ["/procedures"],
  ["/openapi.json"],
  ["/presence?channel=presence:x"],
  ["/presence"],
  ["/history?channel=history:x&limit=5"],
  ["/history?channel=nothing:x"],
  ["/history?channel=history:x&limit=0"],
  ["/send?id=*", "hello"],
  ["/send", "hello"],
  ["/send?id=*", "x".repeat(1_100_000)],
  ["/settags?id=*", "a=1"],
  ["/settags?id=*", ""],
  ["/close?nobody=1"],
  ["/publish?channel=x", "5"],
  ["/publish?channel=history:x", "5"],
  ["/publish?channel=x", "{"],
  ["/tail?id=nobody&seconds=1"],
  ["/tail"],
  ["/call?procedure=math.add", '{"x":1,"y":2}'],
  ["/call?procedure=math.add", '{"x":1}'],
  ["/call?procedure=none"],
  ["/call?procedure=test.delay&timeoutMs=1", "1000"],
  ["/revoke?user=nobody"],
  ["/revoke"],
  ["/scale?workers=2"],
  ["/scale?workers=x"],
  ["/reload"],
  // the last one, as it is
  ["/drain"],
];

it("the description of the control port is true of every path, its parameters and its answers", async () => {
  const cluster = await startCluster();
  const client = await cluster.connect();
  await client.ask([8, 1, "presence:x"]);
  const base = `http://127.0.0.1:${cluster.controlPort}`;
  const { paths } = (await (await fetch(`${base}/openapi.json`)).json()) as Document;
  expect(Object.keys(paths)).toEqual([...ROUTES.keys()]);
  const tried = new Set<string>();
  for (const [request, body] of REQUESTS) {
    const [path = "", query = ""] = request.split("?");
    tried.add(path);
    const [method = "", operation] = Object.entries(paths[path] ?? {})[0] ?? [];
    for (const name of new URLSearchParams(query).keys()) {
      const names = operation?.parameters?.map((parameter) => parameter.name);
      expect(names, request).toSatisfy((known: string[]) => known.includes("tags") || known.includes(name));
    }
    const response = await fetch(base + request, {
      method: method.toUpperCase(),
      headers: { accept: "application/json" },
      ...(body !== undefined && { body }),
    });
    const description = operation?.responses[response.status];
    expect(description, `${request} answers ${response.status}`).toBeDefined();
    const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
    expect(Object.keys(description?.content ?? {}), request).toContain(type);
    const text = await response.text();
    if (type !== "application/json") continue;
    const answer = JSON.parse(text);
    const schema = description?.content?.["application/json"]?.schema;
    if (schema === undefined) continue;
    const parsed = z.fromJSONSchema(schema as never).safeParse(answer);
    expect(parsed.error?.issues ?? [], `${request}: ${JSON.stringify(answer)}`).toEqual([]);
  }
  expect([...tried].sort()).toEqual(Object.keys(paths).sort());
  expect((await cluster.exited).code).toBe(0);
});

it("the description says of every parameter what it is for, and which paths are open without a token", () => {
  for (const [path, route] of ROUTES) {
    expect(route.summary, path).toMatch(/^[A-Z].*\.$/);
    if (typeof route.query !== "object") continue;
    for (const [name, schema] of Object.entries(route.query.shape)) {
      expect((schema as z.ZodType).description, `${path} ${name}`).toMatch(/\.$/);
    }
  }
  expect([...ROUTES].filter(([, { open }]) => open).map(([path]) => path)).toEqual(["/healthz", "/readyz"]);
});
