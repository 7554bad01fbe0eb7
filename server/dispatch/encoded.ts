/** A value that is MessagePack already, on its way through: sent to a client as it is, and decoded only where it has to be. */
export class Encoded {
  /** Nothing where the value is undefined. */
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}
