/** What is whose: by the user's name. */
export class Users<Value> {
  readonly #byName = new Map<string, Set<Value>>();

  /** All that is of a user now. */
  of(user: string): Iterable<Value> {
    return this.#byName.get(user) ?? [];
  }

  /** Nothing where it is nobody's. */
  add(user: string | undefined, value: Value): void {
    if (user === undefined) return;
    const values = this.#byName.get(user);
    if (values === undefined) this.#byName.set(user, new Set([value]));
    else values.add(value);
  }

  delete(user: string | undefined, value: Value): void {
    if (user === undefined) return;
    const values = this.#byName.get(user);
    values?.delete(value);
    if (values?.size === 0) this.#byName.delete(user);
  }
}
