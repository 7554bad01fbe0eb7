import { same } from "../../shared/test/type-checks.ts";
import { connect } from "../index.ts";
import type { Peer } from "./peer.ts";
import type { PeerProcedureCall, PeerState, PeerStats } from "./peer-types.ts";

interface Chess {
  readonly procedures: {
    readonly move: (move: { from: string; to: string }) => Promise<boolean>;
    readonly resign: () => "resigned";
    readonly think: (depth: number) => AsyncGenerator<string, number>;
  };
  readonly events: { readonly chat: string; readonly clock: { ms: number } };
  readonly info: { readonly name: string };
}

export async function typed(): Promise<void> {
  const client = connect("ws://localhost:8080");
  const seek = await client.peers.seek<Chess>({
    context: "chess",
    info: { name: "Ann" },
    policy: "region",
    region: "eu",
  });
  const peer = await seek.next();
  same<typeof peer, Peer<Chess>>();
  same<typeof peer.info, { readonly name: string }>();
  const legal = await peer.call("move", { from: "e2", to: "e4" }, { timeoutMs: 5, signal: AbortSignal.timeout(5) });
  same<typeof legal, boolean>();
  const end = await peer.call("resign");
  same<typeof end, "resigned">();
  for await (const line of peer.stream("think", 3)) same<typeof line, string>();
  peer.emit("chat", "hello");
  peer.listen("clock", ({ ms }) => same<typeof ms, number>());
  peer.on("state", (state, error) => {
    same<typeof state, PeerState>();
    same<typeof error, import("../index.ts").AppError | undefined>();
  });
  same<Awaited<ReturnType<typeof peer.stats>>, PeerStats>();
  seek.on("left", (left) => same<typeof left, Peer<Chess>>());
  for await (const other of seek) same<typeof other, Peer<Chess>>();
  same<Awaited<ReturnType<typeof seek.connect>>, Peer<Chess>>();

  // @ts-expect-error no such procedure
  await peer.call("castle");
  // @ts-expect-error wrong input
  await peer.call("move", "e4");
  // @ts-expect-error the input is needed
  await peer.call("move");
  // @ts-expect-error does not stream
  peer.stream("move", { from: "e2", to: "e4" });
  // @ts-expect-error no such event
  peer.emit("shout", "hello");
  // @ts-expect-error wrong data
  peer.emit("clock", 5);
  // @ts-expect-error wrong info
  await client.peers.seek<Chess>({ info: "Ann" });
}

export async function untyped(): Promise<void> {
  const client = connect("ws://localhost:8080", { peers: { rtc: RTCPeerConnection } });
  const peer = await client.peers.connect("an id", { context: "chess" });
  same<typeof peer, Peer>();
  same<typeof peer.info, unknown>();
  const answer = await peer.call("anything", { any: "data" });
  same<typeof answer, unknown>();
  for await (const item of peer.stream("anything")) same<typeof item, unknown>();
  peer.emit("anything", 1);
  peer.listen("anything", (data) => same<typeof data, unknown>());
  client.peers.register("double", (number: number, call) => {
    same<typeof call, PeerProcedureCall>();
    same<typeof call.peer, Peer>();
    return number * 2;
  })();

  // @ts-expect-error no such policy
  await client.peers.seek({ policy: "best" });
  // @ts-expect-error no such option
  await client.peers.seek({ channel: "chess" });
}
