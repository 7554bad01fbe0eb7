import { AppError, defineApp, definePlugin, type Middleware } from "fugitive/server";
import { z } from "zod";

/** Around every procedure: what it throws without meaning to becomes a sentence that clients may read. */
const polite: Middleware = async (_context, next) => {
  try {
    return await next();
  } catch (error) {
    throw error instanceof AppError ? error : new AppError("SORRY", "We have written it down.");
  }
};

/** Around one procedure: the same question is answered without asking again. */
function remembered(most = 1_000): Middleware {
  const answers = new Map<string, unknown>();
  return async ({ input }, next) => {
    const question = JSON.stringify(input);
    if (!answers.has(question)) {
      const answer = await next();
      if (answers.size === most) answers.clear();
      answers.set(question, answer);
    }
    return answers.get(question);
  };
}

/** A plugin brings its own channels, procedures, middleware and listeners. */
const audit = definePlugin({
  name: "audit",
  setup({ channel, on, publish }) {
    channel("audit", { publish: false });
    return on("reply", ({ procedure, code = "ok" }) => publish("audit", `${procedure}: ${code}`));
  },
});

let searches = 0;

export const app = defineApp({
  use: [polite],
  plugins: [audit],
  procedures: {
    search: { input: z.string().max(100), use: [remembered()], handler: (text) => `${text}, search ${++searches}` },
    broken: () => {
      throw new Error("a password is in here");
    },
  },
});
