import type { Client } from "../../client/index.ts";
import type { app } from "../demo/app.ts";

/** The page's one client, which all its sections share. */
export type DemoClient = Client<typeof app>;
