import { shakeHands } from "../../system/handshake.ts";
import type { Check } from "../check.ts";
import { warning } from "../check.ts";
import { judgeFailure, judgeHandshake } from "../proxy/judge-handshake.ts";
import { FORWARDED } from "../proxy/settings.ts";
import { watch } from "../proxy/watch.ts";

export const proxy: Check = {
  name: "address",
  moreMs: ({ watch }) => watch * 1_000,
  async run({ settings: { url, watch: watchS, timeoutMs }, config, env, signal, progress }) {
    if (url === "") return [];
    try {
      const findings = judgeHandshake(await shakeHands(url, signal));
      if (findings.some(({ status }) => status === "problem")) return findings;
      const token = env.FUGITIVE_TOKEN;
      const watched = await watch({ url, token, timeoutMs, watchS, signal, progress });
      return [...findings, ...watched, ...judgeForwarding(url, config)];
    } catch (error) {
      return [judgeFailure(error)];
    }
  },
};

/** TLS that the server does not speak is a proxy's; one that is not trusted stands for all of its clients. */
export function judgeForwarding(
  url: string,
  { cert, trustedProxies, proxyProtocol }: { cert: string; trustedProxies: readonly string[]; proxyProtocol: string },
) {
  const encrypted = /^(?:wss|https):/.test(url);
  if (!encrypted || cert !== "" || trustedProxies.length > 0 || proxyProtocol === "on") return [];
  return [
    warning(
      "TLS ends at a proxy, and none is trusted here: all clients have its address, and share its rates",
      FORWARDED,
    ),
  ];
}
