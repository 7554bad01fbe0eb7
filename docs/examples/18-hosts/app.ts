import { defineApp } from "fugitive/server";

export const app = defineApp({
  procedures: {
    login: (name: string, { session }) => session.setUser(name),
    greet: (name: string, context) => context.toUser(name).publish(`${context.user} greets you`),
  },
  channels: { "room:*": { history: true, presence: { countBy: "user" } } },
});
