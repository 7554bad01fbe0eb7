const QUALITIES = ["Brisk", "Calm", "Early", "Gentle", "Keen", "Lucky", "Merry", "Nimble", "Quiet", "Swift"];
const BIRDS = ["Curlew", "Dipper", "Finch", "Heron", "Kestrel", "Linnet", "Plover", "Robin", "Swallow", "Wren"];

/** A name for somebody who has not said theirs. @param random gives numbers from 0 to below 1 */
export function guestName(random: () => number = Math.random): string {
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? "Guest";
  return `${pick(QUALITIES)} ${pick(BIRDS)}`;
}
