import { optionsTable } from "../options/options-table.ts";
import { DOCTOR_OPTIONS } from "./doctor-options.ts";

/** What `fugitive doctor --help` prints. */
export function doctorHelpText(): string {
  return `Looks at all that a server needs on this machine, with the configuration that it would have here, and says what to do
where something is missing. It changes nothing. The exit code is 1 where there is a problem.

  fugitive doctor [flags] [flags of serve]

${optionsTable(DOCTOR_OPTIONS)}

  fugitive doctor --port 443 --cert fullchain.pem --key privkey.pem
  fugitive doctor --url wss://example.com --watch 90`;
}
