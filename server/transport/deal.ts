/** Where a transport gets connections that somebody else has accepted. */
export interface Deal {
  /**
   * Connections come from now on.
   * @param take gets a descriptor, which it has to duplicate during the call
   */
  begin(take: (descriptor: number) => void): void;
  /** No more connections come. */
  end(): void;
}
