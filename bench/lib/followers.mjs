// What becomes of the publications of one channel at many clients, in one process: which came, and when those that lost their
// connection were there again. Publications are `{ n, at }`: numbered from 1, and when they were published by the wall clock.

const AT_ONCE = 50;

export class Followers {
  #last;
  /** When each lost its connection, was subscribed again, and got the first publication of a later time; 0 where it did not. */
  #lostAt;
  #backAt;
  #liveAt;
  #missed = 0;
  #repeated = 0;

  constructor(count) {
    this.#last = new Float64Array(count);
    this.#lostAt = new Float64Array(count);
    this.#backAt = new Float64Array(count);
    this.#liveAt = new Float64Array(count);
  }

  heard(index, { n, at }) {
    const last = this.#last[index];
    if (n <= last) {
      this.#repeated++;
      return;
    }
    // whoever comes later has missed nothing
    if (last !== 0) this.#missed += n - last - 1;
    this.#last[index] = n;
    const backAt = this.#backAt[index];
    if (backAt !== 0 && at > backAt && this.#liveAt[index] === 0) this.#liveAt[index] = Date.now();
  }

  lost(index) {
    if (this.#lostAt[index] === 0) this.#lostAt[index] = Date.now();
  }

  subscribed(index) {
    if (this.#lostAt[index] !== 0 && this.#backAt[index] === 0) this.#backAt[index] = Date.now();
  }

  /**
   * @param newest the last number that was published
   * @returns how many `lost` their connection; when those that came back were `back`, and had what is published `live` again;
   * how many publications were `missed` by all of them together, came `repeated`, and how many clients are `behind`
   */
  look(newest) {
    const times = (values) => [...values].filter((at) => at !== 0).sort((one, other) => one - other);
    const behind = this.#last.filter((number) => number < newest).length;
    const lost = times(this.#lostAt).length;
    const [back, live] = [times(this.#backAt), times(this.#liveAt)];
    return { lost, back, live, missed: this.#missed, repeated: this.#repeated, behind };
  }
}

/**
 * Opens so many clients, some at a time, and then answers whoever forked this process.
 *
 * @param open `(index, followers)`: opens a client, and resolves when it is subscribed
 */
export async function follow(count, open) {
  const followers = new Followers(count);
  for (let index = 0; index < count; index += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - index) }, (_, offset) =>
      open(index + offset, followers),
    );
    await Promise.all(batch);
  }
  process.on("message", ({ newest }) => process.send(followers.look(newest)));
  process.on("disconnect", () => process.exit());
  process.send("ready");
}
