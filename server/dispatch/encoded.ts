/** A value that is MessagePack already, on its way through: sent to a client as it is, and decoded only where it has to be. */
export class Encoded {
  /** Nothing where the value is undefined. */
  readonly bytes: Uint8Array;
  /** The same as JSON, where that was made from what the bytes were made from: these may have lost something of it. */
  readonly text: string | undefined;

  constructor(bytes: Uint8Array, text?: string) {
    this.bytes = bytes;
    this.text = text;
  }
}
