import { defineApp } from "fugitive/server";

const banned = new Set(["mallory"]);

export const app = defineApp({
  requireUser: true,
  // asked about tokens that are good; without it, their subject is the user
  authenticate: ({ claims }) => {
    const { sub = "", plan } = claims as { sub?: string; plan?: string };
    return banned.has(sub) ? undefined : { user: sub, tags: { plan: plan ?? "free" } };
  },
  procedures: { whoami: (_: unknown, { user, session }) => `${user}, ${session.tags.plan}` },
});
