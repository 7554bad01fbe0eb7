import { dirname, join } from "node:path";
import { parse } from "yaml";
import { ROOT, read } from "./node-process.ts";

/** What these files say of a service; lists and short forms are as they are written. */
export interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly networks: readonly string[] | Readonly<Record<string, { readonly ipv4_address: string }>>;
  readonly ports?: readonly string[];
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly volumes?: readonly string[];
}

/** A file of Docker Compose. */
export interface ComposeFile {
  /** The folder that its paths are relative to, absolute. */
  readonly folder: string;
  readonly services: ReadonlyMap<string, ComposeService>;
  /** Names of what is declared. */
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/** A volume that is a file of the project. */
export interface Mount {
  /** Where it is, absolute. */
  readonly from: string;
  /** Where it is in the container. */
  readonly to: string;
}

/** What has to be given from outside, by its name. */
const GIVEN = new Map([["CONTROL_TOKEN", "the-token-of-these-tests"]]);

/** Reads such a file by its path in the project, as Docker Compose does with a token in the environment. */
export function readCompose(path: string): ComposeFile {
  const text = read(path).replace(/\$\$|\$\{(\w+)(?::\?[^}]*)?\}/g, (found, name?: string) => {
    if (name === undefined) return "$";
    const value = GIVEN.get(name);
    if (value === undefined) throw new Error(`${path} asks for ${found}`);
    return value;
  });
  const { services, networks = {}, volumes = {} } = parse(text, { merge: true, strict: true });
  return {
    folder: join(ROOT, dirname(path)),
    services: new Map(Object.entries(services)),
    networks: Object.keys(networks),
    volumes: Object.keys(volumes),
  };
}

/** A service by its name. */
export function serviceOf({ services }: ComposeFile, name: string): ComposeService {
  const service = services.get(name);
  if (service === undefined) throw new Error(`There is no service ${name}`);
  return service;
}

/** The files that a service is given. */
export function mountsOf({ folder }: ComposeFile, { volumes = [] }: ComposeService): Mount[] {
  return volumes
    .filter((volume) => volume.startsWith("."))
    .map((volume) => {
      const [from = "", to = ""] = volume.split(":");
      return { from: join(folder, from), to };
    });
}

/** The names of the networks that a service is in. */
export function networksOf({ networks }: ComposeService): readonly string[] {
  return Array.isArray(networks) ? networks : Object.keys(networks);
}

/** Milliseconds of a time like `15s`. */
export function readSeconds(text: string | undefined): number {
  const [, seconds] = /^(\d+)s$/.exec(text ?? "") ?? [];
  if (seconds === undefined) throw new Error(`no seconds: ${text}`);
  return Number(seconds) * 1_000;
}
