/** Where messages are decoded, if not in the page: see docs/CLIENT.md#work-in-web-workers. */
export interface OffloadOptions {
  /**
   * Where the web workers find the client's code for them, `client-codec.mjs`: of an origin from which they may load
   * scripts. @default beside the client's own module
   */
  readonly url?: string | URL;
  /** From how many bytes on a deflated frame of the server is inflated and decoded there. @default 16_384 */
  readonly receiveBytes?: number;
  /**
   * From how many bytes on the same is done with one that is not deflated. A server deflates what gets smaller by that
   * unless it is configured not to: what it leaves is bytes mostly, which are copied as fast as they are decoded.
   * @default Infinity
   */
  readonly plainBytes?: number;
  /** From how many bytes on a frame to the server is deflated there. @default 16_384 */
  readonly sendBytes?: number;
  /** How long one frame may take there, in milliseconds, before it is done here. @default 5_000 */
  readonly timeoutMs?: number;
}
