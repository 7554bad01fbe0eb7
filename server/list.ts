/** Where a value stands in its list. */
export interface Place<Value> {
  readonly value: Value;
  previous: Place<Value> | undefined;
  next: Place<Value> | undefined;
}

/**
 * A doubly linked list. Sets and Maps keep an order as well, but to find their first entry passes over all that were
 * deleted in front of it, so that taking one out costs the more the more there are. Nor do they know their last.
 */
export class List<Value> {
  #first: Place<Value> | undefined;
  #last: Place<Value> | undefined;

  get first(): Place<Value> | undefined {
    return this.#first;
  }

  get last(): Place<Value> | undefined {
    return this.#last;
  }

  append(value: Value): Place<Value> {
    const place: Place<Value> = { value, previous: undefined, next: undefined };
    this.#link(place);
    return place;
  }

  /** @param place one of this list, and not removed before */
  remove(place: Place<Value>): void {
    if (place.previous === undefined) this.#first = place.next;
    else place.previous.next = place.next;
    if (place.next === undefined) this.#last = place.previous;
    else place.next.previous = place.previous;
  }

  /** @param place one of this list, and not removed before */
  moveToEnd(place: Place<Value>): void {
    this.remove(place);
    this.#link(place);
  }

  #link(place: Place<Value>): void {
    place.previous = this.#last;
    place.next = undefined;
    if (this.#last === undefined) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
  }
}
