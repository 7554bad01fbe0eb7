/** Environment of servers in processes of their own: all are tried over the transport that the tests are run for. */
export const TRIED_TRANSPORT: Readonly<Record<string, string>> =
  process.env.TRANSPORT === undefined ? {} : { TRANSPORT: process.env.TRANSPORT };
