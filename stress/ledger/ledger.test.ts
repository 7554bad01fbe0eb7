import { beforeEach, describe, expect, it } from "vitest";

// plain modules, without types
const load = (name: string) => import(new URL(name, import.meta.url).href);
const { CallLedger } = await load("call-ledger.mjs");
const { ChannelLedger } = await load("channel-ledger.mjs");
const { Track } = await load("track.mjs");

let complaints: string[];
const complain = (text: string) => complaints.push(text);

beforeEach(() => {
  complaints = [];
});

describe("what is looked at of a channel", () => {
  /** What is complained of where a follower, who begins at offset 0, is sent these. A pair is a gap. */
  function followed(...sent: readonly (number | readonly [since: number, until: number])[]): string[] {
    const ledger = new ChannelLedger("news", 2, complain);
    const track = new Track(ledger, "Ann", complain);
    track.begin("e", 0);
    for (const one of sent) {
      if (typeof one === "number") track.event({ by: "Bob", n: one }, one);
      else track.gap({ epoch: "e", offset: one[0] }, { epoch: "e", offset: one[1] });
    }
    ledger.check();
    return complaints;
  }

  it("has nothing against what came once and in order, nor against a gap of more than is kept", () => {
    expect(followed(1, 2, [2, 5], 6)).toEqual([]);
  });

  it.each([
    ["silence", [1, 3], /never got offset 2 .* not told of a gap/],
    ["what comes twice", [1, 2, 2], /offset 2 .* twice/],
    ["disorder", [1, 3, 2], /offset 2 .* too late/],
    ["a gap of what is kept", [1, [1, 3], 4], /offsets 2 to 3 .* keeps 2/],
    ["a gap that is elsewhere", [1, [2, 6], 7], /a gap .* after 2, but it had come to 1/],
  ] as const)("is %s", (_, sent, complaint) => {
    expect(followed(...sent)).toEqual(expect.arrayContaining([expect.stringMatching(complaint)]));
  });

  it("is whether everybody means the same", () => {
    const ledger = new ChannelLedger("news", 2, complain);
    ledger.acknowledged({ by: "Ann", n: 1 }, 1);
    ledger.seen({ by: "Bob", n: 1 }, 1, "Carl");
    ledger.seen({ by: "Ann", n: 1 }, 2, "Carl");
    expect(complaints).toEqual([
      expect.stringContaining("offset 1 is publication 1 of Bob to Carl"),
      expect.stringContaining("publication 1 of Ann was published twice"),
    ]);
  });

  it("is a publisher's own order, but of what nobody would send again", () => {
    const ledger = new ChannelLedger("news", 2, complain);
    ledger.acknowledged({ by: "Ann", n: 2 }, 1);
    ledger.seen({ by: "Ann", n: 0, careless: true }, 2, "Carl");
    ledger.check();
    expect(complaints).toEqual([]);
    ledger.acknowledged({ by: "Ann", n: 1 }, 3);
    ledger.check();
    expect(complaints).toEqual([expect.stringContaining("publication 1 of Ann has offset 3")]);
  });
});

describe("what is looked at of calls", () => {
  it("is that each ran once, and was answered by that run", () => {
    const ledger = new CallLedger(complain);
    ledger.answered("1", { id: "1", run: "a" });
    ledger.check([["1", "a"]]);
    expect(complaints).toEqual([]);
    ledger.answered("2", { id: "2", run: "b" });
    ledger.answered("2", { id: "2", run: "c" });
    ledger.answered("3", { id: "4", run: "d" });
    ledger.check([
      ["1", "a"],
      ["2", "b"],
      ["2", "c"],
    ]);
    expect(complaints).toEqual([
      expect.stringContaining("call 2, made twice with one key, was answered by two runs"),
      "call 3 got the answer of call 4",
      "call 2 ran 2 times: b, c",
    ]);
  });

  it("is that nothing was answered that never ran", () => {
    const ledger = new CallLedger(complain);
    ledger.answered("1", { id: "1", run: "a" });
    ledger.check([]);
    expect(complaints).toEqual(["call 1 was answered by run a, which never was"]);
  });
});
