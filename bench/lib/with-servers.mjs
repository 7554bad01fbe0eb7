/**
 * Starts servers, has something measured, and stops them, whatever becomes of it.
 *
 * @param arms how each is started, by name
 * @param work is given the servers by name
 * @param options for what starts them
 * @returns what `work` gives
 */
export async function withServers(arms, names, work, options) {
  const servers = new Map();
  try {
    for (const name of names) servers.set(name, await arms.get(name).start(options));
    return await work(servers);
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
}
