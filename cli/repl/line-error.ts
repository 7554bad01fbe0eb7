/** A line that cannot be run as it is, in words for who typed it. */
export class LineError extends Error {
  override readonly name = "LineError";
}
