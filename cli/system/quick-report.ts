interface QuickReport {
  excludeNetwork?: boolean;
}

/** What Node.js reports of itself, without the addresses of all network interfaces: these may take seconds to be named. */
export function quickReport(): object {
  (process.report as QuickReport).excludeNetwork = true;
  return process.report.getReport();
}
