/** Where a URL leads to, without its secrets, for the log. @throws TypeError where it is no URL */
export function placeOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return host === "" ? `${protocol}${pathname}` : host;
}

/**
 * Looks at a URL before anything is made of it. The error does not have it: it may have a password in it.
 * @param of what it leads to, as in "Redis"
 * @throws TypeError where it is none of these protocols
 */
function checkUrl(url: string, of: string, ...protocols: readonly string[]): void {
  if (URL.canParse(url) && protocols.includes(new URL(url).protocol)) return;
  throw new TypeError(`The URL of ${of} has to begin with ${protocols.map((name) => `${name}//`).join(" or ")}`);
}

/** See {@link checkUrl}. */
export function checkRedisUrl(url: string): void {
  checkUrl(url, "Redis", "redis:", "rediss:");
}

/** See {@link checkUrl}. */
export function checkAmqpUrl(url: string): void {
  checkUrl(url, "RabbitMQ", "amqp:", "amqps:");
}
