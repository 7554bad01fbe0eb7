const SIGNATURE = Buffer.from("0d0a0d0a000d0a515549540a", "hex");

/** A PROXY header of version 1. */
export function line(text: string): Buffer {
  return Buffer.from(`PROXY ${text}\r\n`);
}

/** A PROXY header of version 2, with anything in it. */
export function version2(versionAndCommand: number, family: number, content: Buffer): Buffer {
  const head = Buffer.of(versionAndCommand, family, content.length >> 8, content.length & 0xff);
  return Buffer.concat([SIGNATURE, head, content]);
}

/** One of version 2 for a client of IPv4. */
export function tcp4(client: string, more: Buffer = Buffer.alloc(0)): Buffer {
  const [addresses, ports] = [[...client.split(".").map(Number), 10, 0, 0, 1], Buffer.of(0x12, 0x67, 0x01, 0xbb)];
  return version2(0x21, 0x11, Buffer.concat([Buffer.from(addresses), ports, more]));
}

/** One of version 2 for a client of IPv6, given by its 32 digits. */
export function tcp6(client: string): Buffer {
  return version2(0x21, 0x21, Buffer.concat([Buffer.from(client, "hex"), Buffer.alloc(20)]));
}
