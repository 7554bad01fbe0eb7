import { originMatcher, parseOrigin, sameOrigin } from "../http/web-origin.ts";
import type { HttpAnswer, UpgradeRequest } from "../transport/transport.ts";

type Asked = Pick<UpgradeRequest, "headers" | "host" | "secure">;

/**
 * Prepares the check of where a request for a WebSocket comes from. A browser says whose page asks, and asks with the
 * cookies of its user whoever that is; who says nothing is no browser, and could say anything.
 * @param allowed origins that may, beside the server's own
 * @returns the refusal, or undefined where the request may go on
 */
export function originCheck(allowed: readonly string[]): (request: Asked) => HttpAnswer | undefined {
  const isAllowed = originMatcher(allowed);
  return (request) => {
    const origin = request.headers.get("origin");
    if (origin === undefined || isOwn(origin, request) || isAllowed(origin)) return undefined;
    return {
      status: 403,
      headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
      body: "Pages of this origin may not connect. If they should, the server's option `origins` has to list it.\n",
    };
  };
}

/** Whether a page comes from the host that it connects to: whoever leaves the port out means its scheme's. */
function isOwn(text: string, { host, secure }: Asked): boolean {
  const origin = parseOrigin(text);
  if (origin === undefined) return false;
  const { scheme } = origin;
  if (scheme !== "http" && scheme !== "https") return false;
  // a page that came unencrypted may be anybody's, and has no part in what is encrypted
  if (secure !== undefined && secure !== (scheme === "https")) return false;
  const own = parseOrigin(`${scheme}://${host}`);
  return own !== undefined && sameOrigin(origin, own);
}
