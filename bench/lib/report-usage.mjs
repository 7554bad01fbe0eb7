/** In a measured server: tells its port, and answers each message with the CPU time and the memory it has used so far. */
export function report(port) {
  process.on("message", () => {
    if (globalThis.Bun === undefined) globalThis.gc?.();
    else Bun.gc(true);
    process.send({ cpu: process.cpuUsage(), memory: process.memoryUsage() });
  });
  process.on("disconnect", () => process.exit());
  process.send({ port });
}
