// How much of a measurement beside others is done: ROUNDS=1 makes all of them short, and QUICK=1 shorter still, and rough.

/** Whether a first impression will do. */
export const QUICK = process.env.QUICK === "1";
const SHORTER = 3;

/** How many rounds, where `usual` of them are made by default. */
export function rounds(usual) {
  return Number(process.env.ROUNDS ?? (QUICK ? 1 : usual));
}

/** For how long something is done that usually takes `ms` milliseconds. */
export function lasting(ms) {
  return QUICK ? ms / SHORTER : ms;
}
