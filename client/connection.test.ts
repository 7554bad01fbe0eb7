import { describe, expect, it, vi } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { Kind } from "../shared/message.ts";
import { connect } from "./index.ts";
import { FakeServer, grant, WELCOME } from "./test/fake-server.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("dialling", () => {
  it("offers MessagePack alone, and takes binary frames as buffers", async () => {
    const { server } = await connected();
    expect(server.dialled).toEqual([{ url: "ws://server.test/", protocols: ["fugitive.v1.msgpack"] }]);
    expect(server.connection.socket.binaryType).toBe("arraybuffer");
  });

  it("makes a WebSocket's address of a page's", () => {
    const server = new FakeServer();
    connect("https://host.test/live?room=1#part", { webSocket: server.webSocket });
    connect("http://host.test:81", { webSocket: server.webSocket });
    expect(server.dialled.map(({ url }) => url)).toEqual(["wss://host.test/live?room=1", "ws://host.test:81/"]);
  });

  it("resolves a relative address against the page's", () => {
    vi.stubGlobal("location", { href: "https://host.test/app/page" });
    const server = new FakeServer();
    connect("/socket", { webSocket: server.webSocket });
    vi.unstubAllGlobals();
    expect(server.dialled[0]?.url).toBe("wss://host.test/socket");
  });

  it.each(["nonsense", "ftp://host.test"])("throws on the address %s", (url) => {
    expect(() => connect(url, { webSocket: new FakeServer().webSocket })).toThrow(TypeError);
  });

  it("happens on first use where it is lazy", async () => {
    const { client, server } = await connected(undefined, { lazy: true });
    expect([client.state, server.dialled.length]).toEqual(["waiting", 0]);
    await client.ready;
    expect([client.state, server.dialled.length]).toEqual(["open", 1]);
  });

  it("introduces the client by the package's name and version", async () => {
    const { server } = await connected();
    const client = { name: manifest.name, version: manifest.version };
    expect(server.connection.messages).toEqual([[Kind.HELLO, { client }]]);
  });
});

describe("what is sent", () => {
  it("before the connection opens goes along with HELLO, without waiting for WELCOME", async () => {
    const { client, server } = dialling(() => {});
    client.call("one").catch(() => {});
    client.subscribe("news");
    await settled();
    expect(server.connection.frames.map((frame) => frame.map(([kind]) => kind))).toEqual([
      [Kind.HELLO, Kind.SUBSCRIBE, Kind.CALL],
    ]);
    client.close();
  });

  it("in one turn leaves as one frame, in order", async () => {
    const { client, server } = await connected();
    for (const name of ["a", "b", "c"]) client.call(name).catch(() => {});
    await settled();
    client.call("d").catch(() => {});
    await settled();
    expect(server.connection.frames.slice(1).map((frame) => frame.map((message) => message[2]))).toEqual([
      ["a", "b", "c"],
      ["d"],
    ]);
  });

  it("is what it was when it was sent, whatever becomes of the data", async () => {
    const { client, server } = await connected();
    const input = { x: 1 };
    client.call("keep", input).catch(() => {});
    input.x = 2;
    await settled();
    expect(server.connection.of(Kind.CALL)[0]?.[3]).toEqual({ x: 1 });
  });

  it("leaves as several frames where one would be more than a server decodes", async () => {
    const { client, server } = await connected();
    for (let count = 0; count < 10; count++) client.call("big", "x".repeat(20_000)).catch(() => {});
    await settled();
    expect(server.connection.frames.slice(1).map((frame) => frame.length)).toEqual([3, 3, 3, 1]);
  });
});

describe("a server that takes little", () => {
  it("gets batches of no more bytes than it takes values, and small ones before it says so", async () => {
    const { client, server } = await connected((message, connection) => {
      if (message[0] === Kind.HELLO) connection.send([Kind.WELCOME, { ...WELCOME, maxElements: 2_000 }]);
    });
    for (let count = 0; count < 8; count++) client.call("a", "x".repeat(500)).catch(() => {});
    await settled();
    expect(server.connection.frames.map((frame) => frame.length)).toEqual([1, 3, 3, 2]);
    const early = dialling();
    for (let count = 0; count < 12; count++) early.client.call("a", "x".repeat(1_000)).catch(() => {});
    await settled();
    expect(early.server.connection.frames[0]?.length).toBe(5);
  });

  it("gets a HELLO without channels where these would be too much for it", async () => {
    const { client, server } = await connected((message, connection) => {
      grant(message, connection);
      if (message[0] === Kind.HELLO) connection.send([Kind.WELCOME, { ...WELCOME, maxElements: 1_000 }]);
    });
    const resumed = () => server.connection.of(Kind.HELLO)[0]?.[1].resume;
    client.subscribe("news");
    client.reconnect();
    await settled();
    expect(resumed()?.channels).toEqual({ news: null });
    for (let count = 0; count < 100; count++) client.subscribe(`channel-${count}`);
    client.reconnect();
    await settled();
    expect([resumed()?.session, resumed()?.channels]).toEqual([WELCOME.session, undefined]);
    expect(server.connection.of(Kind.SUBSCRIBE)).toHaveLength(101);
  });

  it.each([2n ** 63n, Number.NaN, "much"])(
    "but says what is no size is taken to have said nothing: %s",
    async (size) => {
      const { client, server } = await connected((message, connection) => {
        const info = { ...WELCOME, maxPayload: size as number, maxElements: size as number };
        if (message[0] === Kind.HELLO) connection.send([Kind.WELCOME, info]);
      });
      for (let count = 0; count < 3; count++) client.call("a", "x".repeat(20_000)).catch(() => {});
      await settled();
      expect(server.connection.of(Kind.CALL)).toHaveLength(3);
    },
  );

  it("gets batches no larger than that, from the second connection on before it says so", async () => {
    const { client, server } = await connected((message, connection) => {
      if (message[0] === Kind.HELLO) connection.send([Kind.WELCOME, { ...WELCOME, maxPayload: 1_100 }]);
    });
    const calls = () => {
      for (let count = 0; count < 6; count++) client.call("a", "x".repeat(500)).catch(() => {});
    };
    calls();
    await settled();
    expect(server.connection.frames.map((frame) => frame.length)).toEqual([1, 2, 2, 2]);
    server.connection.hangUp(1006);
    calls();
    await pass(500);
    expect(server.connection.frames.map((frame) => frame.length)).toEqual([2, 2, 2, 1]);
  });
});

describe("what comes", () => {
  it("may come in batches", async () => {
    const { client, server } = await connected();
    const answers = [client.call("a"), client.call("b")];
    await settled();
    const [a, b] = server.connection.of(Kind.CALL).map(([, id]) => id);
    server.connection.send([Kind.RESULT, b ?? 0, "B"], [Kind.RESULT, a ?? 0, "A"]);
    expect(await Promise.all(answers)).toEqual(["A", "B"]);
  });

  it("is told as `welcome`, and kept", async () => {
    const { client } = dialling();
    const welcomed = vi.fn();
    client.on("welcome", welcomed);
    expect(client.welcome).toBeUndefined();
    await settled();
    expect(welcomed.mock.calls).toEqual([[WELCOME]]);
    expect(client.welcome).toEqual(WELCOME);
  });

  it("as PING is answered with the same content", async () => {
    const { server } = await connected();
    server.connection.send([Kind.PING, { at: 3 }]);
    await settled();
    expect(server.connection.of(Kind.PONG)).toEqual([[Kind.PONG, { at: 3 }]]);
  });

  it("as a call is answered, for this client has no procedures", async () => {
    const { server } = await connected();
    server.connection.send([Kind.CALL, 9, "tell.me"]);
    await settled();
    expect(server.connection.of(Kind.ERROR)[0]?.slice(0, 3)).toEqual([Kind.ERROR, 9, "NOT_FOUND"]);
  });

  it("as nonsense is ignored, counted, and told to those who ask", async () => {
    const { client, server } = await connected();
    const { socket } = server.connection;
    socket.deliver("[3,1]"); // text
    socket.deliver(Uint8Array.of(0xc1, 1, 2)); // not inflatable
    socket.deliver(Uint8Array.of(0x91, 0x63)); // of no known kind
    expect(client.ignored).toBe(3);
    const told = vi.fn();
    client.on("error", told);
    server.connection.send([Kind.ERROR, null, "BAD_REQUEST", "What was that?"]);
    expect(told.mock.calls[0]?.[0]).toMatchObject({ code: "BAD_REQUEST", message: "What was that?" });
  });

  it("and names nothing known is ignored and counted", async () => {
    const { client, server } = await connected();
    server.connection.send([Kind.RESULT, 77, 1], [Kind.EVENT, "nobody:listens", 1], [Kind.ACK, 78]);
    expect(client.ignored).toBe(3);
    expect(client.state).toBe("open");
  });
});

describe("a silent server", () => {
  it("is asked after two heartbeats, and dropped where it says nothing for five seconds more", async () => {
    const { client, server } = await connected();
    await pass(49_999);
    expect(server.connection.of(Kind.PING)).toEqual([]);
    await pass(1);
    expect(server.connection.of(Kind.PING)).toHaveLength(1);
    await pass(4_999);
    expect(client.state).toBe("open");
    await pass(1);
    expect(client.state).toBe("waiting");
    expect(server.connection.socket.closedWith).toBe("terminated");
    await pass(500);
    expect([client.state, server.connections.length]).toEqual(["open", 2]);
  });

  it("lives on where it answers, and where it says anything", async () => {
    const { client, server } = await connected();
    await pass(50_000);
    server.connection.send([Kind.PONG]);
    await pass(30_000);
    server.connection.send([Kind.PING]);
    await pass(49_999);
    expect(server.connection.of(Kind.PING)).toHaveLength(1);
    expect([client.state, server.connections.length, client.ignored]).toEqual(["open", 1, 0]);
  });

  it("is noticed in time where the clock was set back", async () => {
    const { server } = await connected();
    vi.setSystemTime(Date.now() - 3_600_000);
    await pass(60_000);
    expect(server.connection.of(Kind.PING)).toHaveLength(1);
  });
});
