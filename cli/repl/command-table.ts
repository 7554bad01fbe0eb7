import { call } from "./commands/call.ts";
import { cancel } from "./commands/cancel.ts";
import { connect } from "./commands/connect.ts";
import { disconnect } from "./commands/disconnect.ts";
import { exit } from "./commands/exit.ts";
import { helpOf } from "./commands/help.ts";
import { history } from "./commands/history.ts";
import { ping } from "./commands/ping.ts";
import { presence } from "./commands/presence.ts";
import { procedures } from "./commands/procedures.ts";
import { psub } from "./commands/psub.ts";
import { pub } from "./commands/pub.ts";
import { rand } from "./commands/rand.ts";
import { reconnect } from "./commands/reconnect.ts";
import { send } from "./commands/send.ts";
import { session } from "./commands/session.ts";
import { status } from "./commands/status.ts";
import { sub } from "./commands/sub.ts";
import { unsub } from "./commands/unsub.ts";
import { use } from "./commands/use.ts";
import { wait } from "./commands/wait.ts";
import type { ReplCommand } from "./definition.ts";

/** Every command by its name, in the order of the help. */
export const REPL_COMMANDS: ReadonlyMap<string, ReplCommand> = new Map(
  Object.entries({
    ...{ connect, use, disconnect, reconnect, status, session, ping },
    ...{ procedures, call, send, cancel },
    ...{ sub, psub, unsub, pub, history, presence },
    ...{ rand, wait, help: helpOf(() => REPL_COMMANDS), exit },
  }),
);
