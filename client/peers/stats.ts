import type { PeerStats } from "./peer-types.ts";
import type { RtcConnection } from "./rtc.ts";

/** What is looked at of WebRTC's reports. https://www.w3.org/TR/webrtc-stats/ */
interface Report {
  readonly id: string;
  readonly type: string;
  readonly state?: string;
  readonly nominated?: boolean;
  readonly selectedCandidatePairId?: string;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly bytesSent?: number;
  readonly bytesReceived?: number;
  readonly candidateType?: string;
  readonly protocol?: string;
}

/** Digests what WebRTC tells of the way that a connection uses. */
export async function digestStats(
  connection: RtcConnection | undefined,
  rttMs: number | undefined,
): Promise<PeerStats> {
  const reports = new Map<string, Report>();
  (await connection?.getStats())?.forEach((report) => {
    reports.set((report as Report).id, report as Report);
  });
  const all = [...reports.values()];
  const selected = all.find(({ type }) => type === "transport")?.selectedCandidatePairId;
  const pair =
    reports.get(selected ?? "") ??
    // not every browser says which is selected
    all.find(({ type, state, nominated }) => type === "candidate-pair" && state === "succeeded" && nominated === true);
  const [local, remote] = [pair?.localCandidateId, pair?.remoteCandidateId].map((id) => reports.get(id ?? ""));
  return {
    rttMs,
    bytesSent: pair?.bytesSent,
    bytesReceived: pair?.bytesReceived,
    local: local?.candidateType,
    remote: remote?.candidateType,
    relayed: local?.candidateType === "relay" || remote?.candidateType === "relay",
    protocol: local?.protocol,
  };
}
