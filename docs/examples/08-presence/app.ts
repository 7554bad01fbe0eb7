import { defineApp } from "fugitive/server";

export const app = defineApp({
  procedures: { login: (name: string, { session }) => session.setUser(name) },
  // somebody who has the room open twice is there once
  channels: { "room:*": { presence: { countBy: "user" } } },
});
