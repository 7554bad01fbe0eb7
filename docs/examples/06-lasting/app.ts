import { AppError, defineApp } from "fugitive/server";
import { z } from "zod";

export const app = defineApp({
  procedures: {
    login: { input: z.string().min(1).max(40), handler: (name, { session }) => session.setUser(name) },
    order: {
      input: z.string().min(1).max(40),
      handler: async (dish, { session, connection }) => {
        if (session.user === undefined) throw new AppError("UNAUTHENTICATED", "Who are you?");
        const sure = await connection.call("confirm", `${dish}, ${session.user}?`);
        return sure === true ? `${dish} for ${session.user}` : "nothing";
      },
    },
  },
});
