import { CLOSE_CODES } from "../../shared/codes.ts";

/** Bytes that a close frame has for its reason. https://www.rfc-editor.org/rfc/rfc6455#section-5.5 */
const LONGEST_REASON = 123;

/**
 * What a close frame says: the reason, or else the code's text, cut to what the frame holds, between characters.
 * @throws RangeError where WebSocket knows no such code to send
 */
export function closeReason(code: number, reason?: string): string {
  const known = (CLOSE_CODES as Readonly<Record<number, { text: string } | undefined>>)[code];
  if (known === undefined && !(code >= 3000 && code <= 4999)) throw new RangeError(`${code} is no close code.`);
  const whole = reason ?? known?.text ?? "";
  let text = whole.slice(0, LONGEST_REASON);
  while (Buffer.byteLength(text) > LONGEST_REASON) text = [...text].slice(0, -1).join("");
  return text;
}
