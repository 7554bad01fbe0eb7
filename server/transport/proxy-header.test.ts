import { describe, expect, it } from "vitest";
import { readProxyHeader } from "./proxy-header.ts";
import { line, tcp4, tcp6, version2 } from "./test/proxy-headers.ts";

const REST = Buffer.from("GET / HTTP/1.1\r\n\r\n");

/** Reads as a connection is read: so many bytes as are asked for, and no more. */
function read(bytes: Buffer) {
  let length = 0;
  for (;;) {
    const step = readProxyHeader(bytes.subarray(0, length));
    if (step === undefined || !("more" in step)) return { step, length };
    expect(step.more).toBeGreaterThan(0);
    if (length + step.more > bytes.length) return { step: "waiting" as const, length };
    length += step.more;
  }
}

describe("a PROXY header", () => {
  it.each([
    ["of version 1", line("TCP4 198.51.100.1 10.0.0.1 4711 443"), "198.51.100.1"],
    ["of version 1, for IPv6", line("TCP6 2001:db8:0:0::1 ::1 4711 443"), "2001:db8::1"],
    ["of version 1, the shortest", line("UNKNOWN"), undefined],
    ["of version 1, the longest", line(`UNKNOWN ${"f".repeat(91)}`), undefined],
    ["of version 2", tcp4("198.51.100.1"), "198.51.100.1"],
    ["of version 2, for IPv6", tcp6("20010db8000000000000000000000001"), "2001:db8::1"],
    ["of version 2, with more in it", tcp4("198.51.100.1", Buffer.alloc(900)), "198.51.100.1"],
    ["of version 2, for the proxy itself", version2(0x20, 0x11, Buffer.alloc(12)), undefined],
    ["of version 2, for the proxy itself, with nothing", version2(0x20, 0, Buffer.alloc(0)), undefined],
    ["of version 2, for a socket of the proxy's host", version2(0x21, 0x31, Buffer.alloc(216)), undefined],
  ])("%s is read, and nothing behind it", (_, header, client) => {
    expect(read(Buffer.concat([header, REST]))).toEqual({ step: { client }, length: header.length });
    // what a client writes itself behind the proxy's is none of it
    expect(read(Buffer.concat([header, tcp4("1.1.1.1")]))).toEqual({ step: { client }, length: header.length });
  });

  it.each([
    ["a request", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
    ["TLS", Buffer.from(`1603010200010001fc0303${"00".repeat(30)}`, "hex")],
    ["another word", Buffer.from("proxy TCP4 198.51.100.1 10.0.0.1 4711 443\r\n")],
    ["no family", line("198.51.100.1 10.0.0.1 4711 443")],
    ["a family that is none", line("UDP4 198.51.100.1 10.0.0.1 4711 443")],
    ["an address that is none", line("TCP4 300.51.100.1 10.0.0.1 4711 443")],
    ["an address of another family", line("TCP4 2001:db8::1 ::1 4711 443")],
    ["too few ports", line("TCP4 198.51.100.1 10.0.0.1 4711")],
    ["too many ports", line("TCP4 198.51.100.1 10.0.0.1 4711 443 80")],
    ["a port that is none", line("TCP4 198.51.100.1 10.0.0.1 4711 65536")],
    ["a line without end", Buffer.from(`PROXY UNKNOWN ${"f".repeat(200)}`)],
    ["version 3", version2(0x31, 0x11, Buffer.alloc(12))],
    ["a command that is none", version2(0x22, 0x11, Buffer.alloc(12))],
    ["less than an address", version2(0x21, 0x11, Buffer.alloc(11))],
    ["less than an address of IPv6", version2(0x21, 0x21, Buffer.alloc(35))],
    ["more than anybody has to say", version2(0x21, 0x11, Buffer.alloc(2_049))],
  ])("is not %s", (_, bytes) => {
    expect(read(Buffer.concat([bytes, REST]))).toMatchObject({ step: undefined });
  });

  it("is waited for as long as it is not complete", () => {
    for (const header of [line("TCP4 198.51.100.1 10.0.0.1 4711 443"), tcp4("198.51.100.1")]) {
      for (let length = 0; length < header.length; length++) {
        expect(read(header.subarray(0, length)).step).toBe("waiting");
      }
    }
  });
});
