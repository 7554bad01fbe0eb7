import { defineHooks } from "fugitive/server";

export const hooks = defineHooks({
  // once in each socket worker
  socketWorker({ connections, on }) {
    on("connection", (connection) => {
      const lang = new URLSearchParams(connection.query).get("lang") ?? "en";
      connections.setTags(connection, { lang });
    });
  },

  // once in the primary: it reaches the connections of all socket workers
  primary({ log, on, toTagged }) {
    on("workerExit", ({ worker }, how) => log.warn(`somebody should know: worker ${worker} ended, ${how}`));
    const timer = setInterval(async () => {
      await toTagged({ lang: "de" }).publish("Guten Tag!");
      await toTagged({ lang: "en" }).publish("Good day!");
    }, 500);
    return () => clearInterval(timer);
  },
});
