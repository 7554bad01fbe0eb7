import { CloseCode } from "../../shared/codes.ts";

/** What a REVOKE frame is about, as its data. @param ofUser all sessions of a user, or else one session */
export function revokeBytes(ofUser: boolean, ban: boolean): Uint8Array {
  return Uint8Array.of(ofUser ? 1 : 0, ban ? 1 : 0);
}

export function readRevoke(data: Uint8Array): { ofUser: boolean; code: number } {
  return { ofUser: data[0] === 1, code: data[1] === 1 ? CloseCode.BANNED : CloseCode.UNAUTHENTICATED };
}
