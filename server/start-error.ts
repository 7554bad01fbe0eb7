/** Why a server cannot start, said so that nobody needs the stack: what is wrong, and what to do. */
export class StartError extends Error {
  /** The system's code, like `EADDRINUSE`, where it was the system that refused. */
  readonly code: string | undefined;

  constructor(message: string, options: ErrorOptions & { code?: string | undefined } = {}) {
    super(message, options);
    this.name = "StartError";
    this.code = options.code;
  }
}
