import { suggestion } from "../../server/config/edit-distance.ts";
import type { Connection } from "./connection.ts";
import { LineError } from "./line-error.ts";

/** More are a load test, for which there are better tools. */
const MOST_CONNECTIONS = 100;
const NAME = /^[A-Za-z][\w-]{0,31}$/;

/** The connections there are, by name, of which one is the one that is meant where none is named. */
export class Connections {
  readonly #byName = new Map<string, Connection>();
  readonly #create: (name: string, url: string) => Connection;
  #current: Connection | undefined;

  /** @param create begins to connect */
  constructor(create: (name: string, url: string) => Connection) {
    this.#create = create;
  }

  get all(): readonly Connection[] {
    return [...this.#byName.values()];
  }

  get names(): string[] {
    return [...this.#byName.keys()];
  }

  get current(): Connection | undefined {
    return this.#current;
  }

  /** Begins to connect, and makes that the current one. @throws LineError where the name is no good, or taken */
  open(name: string, url: string): Connection {
    if (!NAME.test(name))
      throw new LineError("a connection's name has up to 32 letters, digits, _ and -, a letter first");
    if (this.#byName.has(name))
      throw new LineError(`there is a connection ${name} already; disconnect ${name} ends it`);
    if (this.#byName.size >= MOST_CONNECTIONS) throw new LineError(`there are ${MOST_CONNECTIONS} connections already`);
    const connection = this.#create(name, url);
    this.#byName.set(name, connection);
    this.#current = connection;
    return connection;
  }

  /** The one of that name, or the current one. @throws LineError where there is none */
  get(name?: string): Connection {
    const found = name === undefined ? this.#current : this.#byName.get(name);
    if (found !== undefined) return found;
    if (name === undefined) throw new LineError("there is no connection; connect makes one");
    throw new LineError(`there is no connection ${JSON.stringify(name)}${suggestion(name, this.names)}`);
  }

  use(name: string): void {
    this.#current = this.get(name);
  }

  /** Closes it for good; where it was the current one, the one made last is now. */
  close(connection: Connection): void {
    connection.client.close();
    this.#byName.delete(connection.name);
    if (this.#current === connection) this.#current = this.all.at(-1);
  }

  closeAll(): void {
    for (const connection of this.all) this.close(connection);
  }
}
