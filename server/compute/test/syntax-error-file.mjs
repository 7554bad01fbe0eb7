export const task = (input) => import.meta.nothing.at.all[input];
export { missing } from "./tasks.mjs";
