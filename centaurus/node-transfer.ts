/**
 * Node.js ends a thread that is sent a buffer which is gone already; a browser throws.
 *
 * @throws DOMException `DataCloneError`
 */
export function checkAttached(transfer: readonly unknown[] | undefined): void {
  for (const one of transfer ?? []) {
    if (!(one instanceof ArrayBuffer)) continue;
    try {
      new Uint8Array(one);
    } catch (cause) {
      throw new DOMException(`A buffer was moved already: ${cause}`, "DataCloneError");
    }
  }
}
