import { describe, expect, it } from "vitest";
import { AddressRanges, isAddressRange } from "./address-ranges.ts";
import { clientDescriber } from "./client-address.ts";

const trusted = new AddressRanges(["10.0.0.0/8", "192.0.2.7", "2001:db8:1::/48"]);
const describeClient = clientDescriber(trusted, false);

function addressOf(peer: string, forwarded?: string): string {
  return describeClient(peer, new Map(forwarded === undefined ? [] : [["x-forwarded-for", forwarded]])).address;
}

describe("the client of a connection", () => {
  it.each([
    ["who opened it", "203.0.113.9", undefined, "203.0.113.9"],
    ["who opened it, whatever it says", "203.0.113.9", "198.51.100.1", "203.0.113.9"],
    ["who opened it, though next to a range", "11.0.0.1", "198.51.100.1", "11.0.0.1"],
    ["the proxy itself, where it names nobody", "10.0.0.1", undefined, "10.0.0.1"],
    ["whom the proxy names", "10.0.0.1", "198.51.100.1", "198.51.100.1"],
    ["whom the proxy names, not whom the client named", "10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"],
    ["whom the first of the proxies names", "10.0.0.1", "1.1.1.1, 198.51.100.1, 192.0.2.7,10.2.2.2", "198.51.100.1"],
    ["the first of all, where all are proxies", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["the last proxy, where what stands before it is no address", "10.0.0.1", "1.1.1.1, unknown, 10.0.0.2", "10.0.0.2"],
    ["the proxy, where it writes nonsense", "10.0.0.1", "1.1.1.1, <script>", "10.0.0.1"],
    ["the proxy, where it writes nothing", "10.0.0.1", "", "10.0.0.1"],
    ["without its port", "10.0.0.1", "198.51.100.1:4711", "198.51.100.1"],
    ["of IPv6, without brackets and port, in its short form", "10.0.0.1", "[2001:DB8:0:0::1]:4711", "2001:db8::1"],
    ["of IPv6, behind a proxy of IPv6", "2001:db8:1::5", "2001:db8::1", "2001:db8::1"],
    ["of IPv4 in IPv6's clothes", "10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"],
  ])("is %s", (_, peer, forwarded, expected) => {
    expect(addressOf(peer, forwarded)).toBe(expected);
  });

  it("asked for what a trusted proxy says it asked for, and nobody else", () => {
    const headers = new Map([
      ["host", "internal:8080"],
      ["x-forwarded-host", "evil.example, app.example.com"],
      ["x-forwarded-proto", "HTTPS"],
    ]);
    expect(describeClient("10.0.0.1", headers)).toMatchObject({ host: "app.example.com", secure: true });
    expect(describeClient("203.0.113.9", headers)).toMatchObject({ host: "internal:8080", secure: undefined });
    expect(describeClient("10.0.0.1", new Map([["host", "own"]]))).toMatchObject({ host: "own", secure: undefined });
    expect(clientDescriber(trusted, true)("203.0.113.9", headers).secure).toBe(true);
  });
});

it("nobody is trusted where nobody is listed", () => {
  const nobody = clientDescriber(new AddressRanges([]), false);
  expect(nobody("127.0.0.1", new Map([["x-forwarded-for", "1.1.1.1"]])).address).toBe("127.0.0.1");
});

describe("a list of proxies", () => {
  it.each(["10.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "::1", "2001:db8::/32", "::/0"])("may have %s", (range) => {
    expect(isAddressRange(range)).toBe(true);
  });

  it.each([
    "",
    "localhost",
    "10.0.0",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "::1/129",
    "10.0.0.0/-1",
    "fe80::1%eth0",
  ])("may not have %j", (range) => {
    expect(isAddressRange(range)).toBe(false);
  });
});
