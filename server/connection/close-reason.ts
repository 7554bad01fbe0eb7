/** Bytes that a close frame has for its reason. https://www.rfc-editor.org/rfc/rfc6455#section-5.5 */
const LONGEST_REASON = 123;

/** Cuts a reason to what a close frame holds, between characters. */
export function closeReason(reason: string): string {
  let text = reason.slice(0, LONGEST_REASON);
  while (Buffer.byteLength(text) > LONGEST_REASON) text = [...text].slice(0, -1).join("");
  return text;
}
