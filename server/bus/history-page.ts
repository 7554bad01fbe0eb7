import type { Position } from "../../shared/message.ts";
import type { HistoryPage } from "../brokers/broker.ts";

/** A page as the primary has it: each publication's data as text of one byte per character. */
export interface KeptPage extends Omit<HistoryPage, "publications"> {
  readonly publications: readonly string[];
}

/** What a worker asks for with SUBSCRIBE, as its data. */
export type SubscribeQuestion = readonly [latest: boolean, since: Position | null, peek: boolean];

/** What a worker asks for with HISTORY, as its data: the newest publications, so many, before an offset if one is given. */
export type HistoryQuestion = readonly [limit: number, before: number | null];

/** Bytes of one page's publications; one larger publication is a page of its own. */
export const HISTORY_PAGE_BYTES = 262_144;
/** What a publication is sent with beside its data and its channel's name, roughly: small ones are many in a page. */
export const HISTORY_EVENT_BYTES = 64;

const RECOVERED = 1;
const MORE = 2;
const HEAD_BYTES = 2 + 8 + 8;
const LENGTH_BYTES = 4;

/** How a page travels: u8 flags · u8 bytes of the epoch · f64 top · f64 first · epoch · for each: u32 bytes · data. */
export function writeHistoryPage({ epoch, top, recovered, more, first, publications }: KeptPage): Buffer {
  let size = HEAD_BYTES + epoch.length;
  for (const publication of publications) size += LENGTH_BYTES + publication.length;
  const page = Buffer.allocUnsafe(size);
  page[0] = (recovered ? RECOVERED : 0) | (more ? MORE : 0);
  page[1] = epoch.length;
  page.writeDoubleLE(top, 2);
  page.writeDoubleLE(first, 10);
  let at = HEAD_BYTES + page.write(epoch, HEAD_BYTES, "latin1");
  for (const publication of publications) {
    at = page.writeUInt32LE(publication.length, at);
    at += page.write(publication, at, "latin1");
  }
  return page;
}

/** @returns a page whose publications are views of `page`: valid as long as that is */
export function readHistoryPage(page: Buffer): HistoryPage {
  const flags = page[0] as number;
  let at = HEAD_BYTES + (page[1] as number);
  const epoch = page.toString("latin1", HEAD_BYTES, at);
  const publications: Buffer[] = [];
  while (at < page.length) {
    const from = at + LENGTH_BYTES;
    at = from + page.readUInt32LE(at);
    publications.push(page.subarray(from, at));
  }
  return {
    epoch,
    top: page.readDoubleLE(2),
    recovered: (flags & RECOVERED) !== 0,
    more: (flags & MORE) !== 0,
    first: page.readDoubleLE(10),
    publications,
  };
}
