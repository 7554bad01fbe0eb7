import { startBus, startWorker } from "./test/session-worker.ts";
import { describeSessions } from "./test/sessions-suite.ts";

describeSessions("a primary alone", async () => {
  const bus = await startBus();
  return { one: await startWorker(bus), other: await startWorker(bus) };
});
