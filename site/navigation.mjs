// What the sidebar has, in its order. Every document has its place here: navigation.test.ts compares.

/** Documents by their name in docs/, each with the words of the sidebar. */
export const GROUPS = [
  {
    text: "Start",
    pages: {
      README: "Overview",
      START: "In five minutes",
      INSTALL: "Installing",
      MIGRATION: "From Socket.IO",
      COMPARISON: "Beside others",
    },
  },
  {
    text: "Guides",
    pages: {
      STREAMS: "Streams",
      THREADS: "Heavy work on threads",
      AUTHENTICATION: "Who may do what",
      MIDDLEWARE: "Middleware and plugins",
      HISTORY: "History and recovery",
      PRESENCE: "Presence",
      TAGS: "Tags",
      PEERS: "Peers",
      QUEUES: "Jobs and remote workers",
      GATEWAY: "Gateway paths",
      HOOKS: "Hooks",
    },
  },
  { text: "Client", pages: { CLIENT: "The client", REPL: "At a terminal" } },
  { text: "Centaurus", pages: { CENTAURUS: "Functions in web workers" } },
  {
    text: "Operate",
    pages: {
      OPERATIONS: "Operations",
      SECURITY: "Security",
      TLS: "TLS, proxies, origins",
      CONTROL: "The control port",
      DASHBOARD: "Dashboard",
      METRICS: "Metrics",
      DOCTOR: "Doctor",
    },
  },
  {
    text: "Beyond one host",
    pages: { HOSTS: "Several hosts", DEPLOYMENT: "In containers", DELIVERY: "What is kept" },
  },
  {
    text: "Reference",
    pages: { CONFIGURATION: "Configuration", LIMITS: "Limits", PROTOCOL: "The protocol" },
  },
  {
    text: "Prove it",
    pages: {
      LOAD: "Load tests",
      "LOAD-TESTING": "Load by Artillery",
      BENCHMARKS: "Benchmarks",
      STRESS: "The stress run",
      FUZZ: "Hostile input",
    },
  },
  {
    text: "About",
    pages: { ARCHITECTURE: "How it is built", CONTRIBUTING: "Contributing", CHANGELOG: "What is new" },
  },
];

/** Pages that are no documents of docs/, but stand beside it. */
export const TOP_PAGES = ["README", "CHANGELOG", "CONTRIBUTING"];

/** @returns what VitePress takes: groups of links; the API's entries and the examples stand for pages of their own */
export function sidebar(examples) {
  const groups = GROUPS.map(({ text, pages }) => ({
    text,
    collapsed: false,
    items: Object.entries(pages).map(([name, label]) => ({ text: label, link: `/${name.toLowerCase()}` })),
  }));
  const reference = groups.find(({ text }) => text === "Reference");
  reference.items.unshift({ text: "API", link: "/api/" });
  const guides = groups.findIndex(({ text }) => text === "Guides");
  const shown = examples.map((name) => ({ text: name.replace("-", " "), link: `/examples/${name}` }));
  groups.splice(guides + 1, 0, { text: "Examples", link: "/examples/", collapsed: true, items: shown });
  return groups;
}
