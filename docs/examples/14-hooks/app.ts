import { defineApp } from "fugitive/server";

export const app = defineApp({ procedures: { whoami: (_: unknown, { session }) => ({ ...session.tags }) } });
