import { describe, expect, it } from "vitest";
import { SnapshotBuilder } from "./snapshot.ts";
import { TagCounts } from "./tag-counts.ts";

function told(counts: TagCounts) {
  const snapshot = new SnapshotBuilder();
  counts.addTo(snapshot);
  return Object.fromEntries(
    (snapshot.build().fugitive_connections_by_tag ?? []).map(([labels, [count]]) => [labels.join("="), count]),
  );
}

describe("connections by their tags", () => {
  it("are counted as tags come, change and go", () => {
    const counts = new TagCounts(["plan"]);
    counts.changed("plan", undefined, "free");
    counts.changed("plan", undefined, "free");
    counts.changed("plan", "free", "pro");
    expect(told(counts)).toEqual({ "plan=free": 1, "plan=pro": 1 });
    counts.changed("plan", "pro", undefined);
    counts.changed("plan", "free", "free");
    expect(told(counts)).toEqual({ "plan=free": 1, "plan=pro": 0 });
  });

  it("are not counted by tags that nobody has named", () => {
    const counts = new TagCounts(["plan"]);
    counts.changed("room", undefined, "5");
    expect(told(counts)).toEqual({});
    expect(told(new TagCounts())).toEqual({});
  });

  it("are one where there are too many values, and none when all of those are gone", () => {
    const counts = new TagCounts(["plan", "room"]);
    for (let room = 0; room < 150; room++) counts.changed("room", undefined, String(room));
    counts.changed("plan", undefined, "free");
    expect(told(counts)).toMatchObject({ "room=0": 1, "room=99": 1, "room=other": 50, "plan=free": 1 });
    for (let room = 0; room < 150; room++) counts.changed("room", String(room), undefined);
    expect(told(counts)).toMatchObject({ "room=0": 0, "room=other": 0, "plan=free": 1 });
  });
});
