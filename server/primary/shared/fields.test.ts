import { expect, it } from "vitest";
import { lengthened, readLengthened } from "./fields.ts";

it("texts are found again as they were, with what is behind them", () => {
  const texts = ["", "a b", "ключ 🦊", "x".repeat(65_535)];
  const bytes = Buffer.concat([lengthened(texts), Buffer.from([0, 255])]);
  const read = readLengthened(bytes, texts.length);
  expect(read.texts).toEqual(texts);
  expect([...read.rest]).toEqual([0, 255]);
  expect(readLengthened(Buffer.alloc(0), 2).texts).toEqual(["", ""]);
});
