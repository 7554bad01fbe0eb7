/** Settles as a promise does, or rejects when its time is over. @param late makes what it rejects with then */
export async function within<Value>(promise: Promise<Value>, limitMs: number, late: () => Error): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), limitMs);
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}
