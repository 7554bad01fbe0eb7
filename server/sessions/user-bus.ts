import { CloseCode } from "../../shared/codes.ts";

/** What a REVOKE frame is about, as its data. @param ofUser all sessions of a user, or else one session */
export function revokeBytes(ofUser: boolean, ban: boolean): Uint8Array {
  return Uint8Array.of(ofUser ? 1 : 0, ban ? 1 : 0);
}

export function readRevoke(data: Uint8Array): { ofUser: boolean; code: number } {
  return { ofUser: data[0] === 1, code: revokeCode(data[1] === 1) };
}

/** What connections close with whose session is revoked. */
export function revokeCode(ban: boolean): number {
  return ban ? CloseCode.BANNED : CloseCode.UNAUTHENTICATED;
}
