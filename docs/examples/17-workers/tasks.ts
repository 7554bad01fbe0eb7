import { AppError, defineProcedures, type WorkerContext } from "fugitive/worker";
import { z } from "zod";

export const procedures = defineProcedures({
  "text.count": {
    input: z.object({ text: z.string(), word: z.string().min(1) }),
    handler: async ({ progress, broadcast, job }, { text, word }) => {
      progress({ percent: 0 });
      const count = text.split(word).length - 1;
      await broadcast("counts", { job: job.id, count });
      return count;
    },
  },
  "text.translate": async ({ session, signal }: WorkerContext, text: string): Promise<string> => {
    if (session.user === undefined) throw new AppError("UNAUTHENTICATED");
    const answer = await fetch("http://127.0.0.1:9000/translate", { method: "POST", body: text, signal });
    // not thrown on purpose: it is tried again
    if (!answer.ok) throw new Error(`The translator answers ${answer.status}.`);
    return answer.text();
  },
});
