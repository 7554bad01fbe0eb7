import type { Connection } from "../connection.ts";
import { replCommand } from "../definition.ts";

export const status = replCommand({
  usage: "",
  summary: "shows all connections, their subscriptions, and what runs",
  parameters: {},
  run({ view, connections, running }, { job }) {
    for (const connection of connections.all) {
      const current = connection === connections.current;
      view.text(describe(connection, current), { ...facts(connection), current });
    }
    if (connections.all.length === 0) view.note("no connections");
    for (const { id, line, ms } of running.jobs) {
      if (id !== job.id) view.note(`#${id} ${line}, for ${(ms() / 1_000).toFixed(1)} s`);
    }
  },
});

function facts({ name, shownUrl, client, subscriptions, failure }: Connection) {
  const { session, user, worker, node } = client.welcome ?? {};
  return {
    ...{ connection: name, url: shownUrl, state: client.state, session, user, node, worker },
    ...{ subscriptions: [...subscriptions.keys()], failure: client.state === "open" ? undefined : failure?.text },
  };
}

function describe(connection: Connection, current: boolean): string {
  const { url, state, session, user, node, worker, subscriptions, failure } = facts(connection);
  const parts = [
    `${current ? "*" : " "} ${connection.name}  ${url}  ${state}${failure === undefined ? "" : ` (${failure})`}`,
    ...(session === undefined
      ? []
      : [`session ${session.slice(0, 4)}…, ${user ?? "nobody"}, worker ${worker} of ${node}`]),
    ...subscriptions.map((channel) => `subscribed to ${channel}`),
  ];
  return parts.join("\n    ");
}
