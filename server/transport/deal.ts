/** A connection as Node has it, which nobody has read yet. */
export interface ConnectionHandle {
  /** Its descriptor; below 0 where it is closed. */
  readonly fd: number;
  close(): void;
}

/** Where a transport gets connections that somebody else has accepted. */
export interface Deal {
  /**
   * Connections come from now on.
   * @param take gets a connection, open, to keep and to close
   */
  begin(take: (handle: ConnectionHandle) => void): void;
  /** No more connections come. */
  end(): void;
}
