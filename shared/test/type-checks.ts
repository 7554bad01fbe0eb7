/** Whether two types are the same, and not only assignable to each other. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles where all checks hold. */
export type All<Checks extends true[]> = Checks;

/** The same for types of expressions: `same<typeof value, Expected>()`. */
export function same<A, B>(..._equal: Equal<A, B> extends true ? [] : ["these types differ"]): void {}
