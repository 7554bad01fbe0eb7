/** Does something at the first call, and nothing at later ones. */
export function once<Args extends readonly unknown[]>(act: (...args: Args) => void): (...args: Args) => void {
  let done = false;
  return (...args) => {
    if (!done) act(...args);
    done = true;
  };
}
