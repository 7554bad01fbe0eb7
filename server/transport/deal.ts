/** Where a transport gets connections that somebody else has accepted. */
export interface Deal {
  /**
   * Connections come from now on.
   * @param take gets a descriptor, which it has to duplicate during the call, and whose connection it is where a proxy
   * has told so
   */
  begin(take: (descriptor: number, client?: string) => void): void;
  /** No more connections come. */
  end(): void;
}
