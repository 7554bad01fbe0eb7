import { defineApp } from "fugitive/server";

export const app = defineApp({
  peers: {
    // false is FORBIDDEN; what is returned instead is what is sought
    authorize: ({ session }, seek) => (session.user === undefined ? false : { ...seek, info: { name: session.user } }),
  },
  procedures: { login: (name: string, { session }) => session.setUser(name) },
  files: { "/": new URL("./index.html", import.meta.url), "/chess.js": new URL("./client.js", import.meta.url) },
});
