/**
 * What is known of one channel's publications, from all who published and all who followed: each has one offset, each
 * offset has one publication, and a publisher's own are in its order. A publication is `{ by, n }`.
 */
export class ChannelLedger {
  channel;
  /** How many publications the channel keeps. */
  size;
  /** The highest offset that was heard of. */
  top = 0;
  epoch;
  #complain;
  #byOffset = [];
  #offsets = new Map();

  constructor(channel, size, complain) {
    this.channel = channel;
    this.size = size;
    this.#complain = complain;
  }

  acknowledged(data, offset) {
    if (offset === undefined) this.#complain(`${this.channel}: the ACK of ${name(data)} tells no offset`);
    else this.#place(data, offset, "its ACK");
  }

  seen(data, offset, who) {
    this.#place(data, offset, who);
  }

  /** The primary lives all the time, and with it what it keeps. */
  stands(epoch, who) {
    this.epoch ??= epoch;
    if (epoch === this.epoch) return;
    this.#complain(`${this.channel}: ${who} was told of epoch ${epoch}, and it was ${this.epoch}`);
  }

  /** Looks whether each publisher's publications have their order. To be called at the end. */
  check() {
    const last = new Map();
    this.#byOffset.forEach((data, offset) => {
      // one that nobody sends again may linger in a process that its publisher has left
      if (data.careless === true) return;
      const before = last.get(data.by);
      if (before !== undefined && before.n >= data.n)
        this.#complain(
          `${this.channel}: ${name(data)} has offset ${offset}, but ${name(before)}, published after it, comes before it`,
        );
      last.set(data.by, data);
    });
  }

  #place(data, offset, who) {
    const there = this.#byOffset[offset];
    if (there === undefined) this.#byOffset[offset] = data;
    else if (name(there) !== name(data))
      this.#complain(`${this.channel}: offset ${offset} is ${name(data)} to ${who}, but ${name(there)} to others`);
    const known = this.#offsets.get(name(data));
    if (known === undefined) this.#offsets.set(name(data), offset);
    else if (known !== offset)
      this.#complain(
        `${this.channel}: ${name(data)} was published twice, with offsets ${known} and ${offset} (${who})`,
      );
    this.top = Math.max(this.top, offset);
  }
}

function name({ by, n }) {
  return `publication ${n} of ${by}`;
}
