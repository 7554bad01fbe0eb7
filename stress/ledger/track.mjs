/** How far one follower has come in a channel of which it wants everything: each publication once, in order, or word of a gap. */
export class Track {
  #ledger;
  #who;
  #complain;
  /** Offset of the last publication that came, or was told to be missing. */
  at;
  gaps = 0;

  constructor(ledger, who, complain) {
    this.#ledger = ledger;
    this.#who = who;
    this.#complain = complain;
  }

  /** It was told where the channel stands, for the first time. */
  begin(epoch, offset) {
    this.#ledger.stands(epoch, this.#who);
    this.at = offset;
  }

  event(data, offset) {
    const { channel } = this.#ledger;
    if (offset === undefined || this.at === undefined) {
      this.#complain(
        `${this.#who} got publication ${data?.n} of ${data?.by} ${offset === undefined ? "without an offset" : "before SUBSCRIBED"}`,
      );
      return;
    }
    this.#ledger.seen(data, offset, this.#who);
    if (offset <= this.at)
      this.#complain(`${this.#who} got offset ${offset} of ${channel} twice or too late: it had come to ${this.at}`);
    else if (offset > this.at + 1)
      this.#complain(
        `${this.#who} never got ${range(this.at + 1, offset - 1)} of ${channel}, and was not told of a gap: after ${this.at} came ${offset}`,
      );
    this.at = Math.max(this.at, offset);
  }

  /** It was told that publications are missing. */
  gap(since, until) {
    this.gaps++;
    const { channel, size } = this.#ledger;
    if (until === undefined) {
      this.#complain(`${this.#who} was told that ${channel} keeps nothing any more`);
      return;
    }
    this.#ledger.stands(until.epoch, this.#who);
    if (since.offset !== this.at)
      this.#complain(
        `${this.#who} was told of a gap in ${channel} after ${since.offset}, but it had come to ${this.at}`,
      );
    const missing = until.offset - since.offset;
    if (missing <= size)
      this.#complain(
        `${this.#who} was told that ${range(since.offset + 1, until.offset)} of ${channel} are missing, although it keeps ${size}`,
      );
    this.at = Math.max(this.at ?? 0, until.offset);
  }

  /** What was asked for is what followed a place, perhaps once more. */
  back(offset) {
    this.at = offset;
  }

  /** What it still has to get, in words; undefined where it is up to date. */
  get missing() {
    const { channel, top } = this.#ledger;
    if (this.at === undefined) return `${this.#who} is not subscribed`;
    return this.at < top ? `${this.#who} never got ${range(this.at + 1, top)} of ${channel}` : undefined;
  }
}

function range(from, to) {
  return from === to ? `offset ${from}` : `offsets ${from} to ${to}`;
}
