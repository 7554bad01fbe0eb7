import { bigEndian, bytes, repeated } from "./bytes.ts";

/** A value of MessagePack, by its bytes. */
export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly value: unknown;
}

const A = 0x61;
const EIGHT = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 5);

/** One value for each head from 0xc0 to 0xdf that is taken, written by hand from the specification. */
export const HEADS: readonly Sample[] = [
  { name: "c0 nil", bytes: bytes(0xc0), value: null },
  { name: "c2 false", bytes: bytes(0xc2), value: false },
  { name: "c3 true", bytes: bytes(0xc3), value: true },
  { name: "c4 bin 8", bytes: bytes(0xc4, 2, 7, 8), value: Uint8Array.of(7, 8) },
  { name: "c5 bin 16", bytes: bytes(0xc5, bigEndian(2, 2), 7, 8), value: Uint8Array.of(7, 8) },
  { name: "c6 bin 32", bytes: bytes(0xc6, bigEndian(2, 4), 7, 8), value: Uint8Array.of(7, 8) },
  { name: "c7 ext 8, timestamp 96", bytes: bytes(0xc7, 12, 0xff, bigEndian(5e8, 4), EIGHT), value: new Date(5_500) },
  { name: "ca float 32", bytes: bytes(0xca, 0x3f, 0xc0, 0, 0), value: 1.5 },
  { name: "cb float 64", bytes: bytes(0xcb, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), value: 1.5 },
  { name: "cc uint 8", bytes: bytes(0xcc, 0xff), value: 255 },
  { name: "cd uint 16", bytes: bytes(0xcd, 0xff, 0xff), value: 65_535 },
  { name: "ce uint 32", bytes: bytes(0xce, 0xff, 0xff, 0xff, 0xff), value: 4_294_967_295 },
  { name: "cf uint 64", bytes: bytes(0xcf, EIGHT), value: 5 },
  { name: "d0 int 8", bytes: bytes(0xd0, 0x80), value: -128 },
  { name: "d1 int 16", bytes: bytes(0xd1, 0x80, 0), value: -32_768 },
  { name: "d2 int 32", bytes: bytes(0xd2, 0x80, 0, 0, 0), value: -2_147_483_648 },
  { name: "d3 int 64", bytes: bytes(0xd3, repeated(bytes(0xff), 8)), value: -1 },
  { name: "d6 fixext 4, timestamp 32", bytes: bytes(0xd6, 0xff, bigEndian(5, 4)), value: new Date(5_000) },
  // half a second, as 500,000,000 in the upper 30 of 64 bits
  {
    name: "d7 fixext 8, timestamp 64",
    bytes: bytes(0xd7, 0xff, bigEndian(2e9, 4), bigEndian(5, 4)),
    value: new Date(5_500),
  },
  { name: "d9 str 8", bytes: bytes(0xd9, 2, "hi"), value: "hi" },
  { name: "da str 16", bytes: bytes(0xda, bigEndian(2, 2), "hi"), value: "hi" },
  { name: "db str 32", bytes: bytes(0xdb, bigEndian(2, 4), "hi"), value: "hi" },
  { name: "dc array 16", bytes: bytes(0xdc, bigEndian(2, 2), 1, 0xc0), value: [1, null] },
  { name: "dd array 32", bytes: bytes(0xdd, bigEndian(2, 4), 1, 0xc0), value: [1, null] },
  { name: "de map 16", bytes: bytes(0xde, bigEndian(1, 2), 0xa1, A, 5), value: { a: 5 } },
  { name: "df map 32", bytes: bytes(0xdf, bigEndian(1, 4), 0xa1, A, 5), value: { a: 5 } },
];

/** The extension types that msgpackr would build something of, and 0x00, which it reads as undefined. */
const TYPES = [0x78, 0x62, 0x65, 0x69, 0x70, 0x72, 0x73, 0x74, 0x42, 0x00];

/** An extension of every type above in every format there is. */
export const EXTENSIONS: readonly Omit<Sample, "value">[] = [
  ...TYPES.flatMap((type) => formats(type, 0xc0)),
  // a timestamp has three formats, and these are none of them
  ...formats(0xff, 0).filter(({ name }) => !/^(d6|d7) /.test(name)),
];

function formats(type: number, filler: number): Omit<Sample, "value">[] {
  const content = (length: number) => repeated(bytes(filler), length);
  const label = (head: string) => `${head} of type 0x${type.toString(16).padStart(2, "0")}`;
  return [
    { name: label("d4"), bytes: bytes(0xd4, type, content(1)) },
    { name: label("d5"), bytes: bytes(0xd5, type, content(2)) },
    { name: label("d6"), bytes: bytes(0xd6, type, content(4)) },
    { name: label("d7"), bytes: bytes(0xd7, type, content(8)) },
    { name: label("d8"), bytes: bytes(0xd8, type, content(16)) },
    { name: label("c7"), bytes: bytes(0xc7, 4, type, content(4)) },
    { name: label("c8"), bytes: bytes(0xc8, 0, 12, type, content(12)) },
    { name: label("c9"), bytes: bytes(0xc9, 0, 0, 0, 12, type, content(12)) },
  ];
}
