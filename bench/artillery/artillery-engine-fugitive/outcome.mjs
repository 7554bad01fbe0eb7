/** How a promise ends, as an outcome: `{ result }` or `{ error }`. It never rejects. */
export async function settled(promise) {
  try {
    return { result: await promise };
  } catch (error) {
    return { error };
  }
}
