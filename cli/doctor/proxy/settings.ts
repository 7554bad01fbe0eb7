/** What lets WebSockets through. */
export const UPGRADE =
  'nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade". HAProxy and Caddy do so by themselves (docs/TLS.md)';

/** What lets idle connections live. @param heartbeatS seconds between the server's heartbeats */
export function idleSettings(heartbeatS: number): string {
  return `nginx: proxy_read_timeout 1h; proxy_send_timeout 1h. HAProxy: timeout tunnel 1h. Caddy has no limit unless stream_timeout is set. Or lower HEARTBEAT_MS, now ${heartbeatS} s`;
}

/** What passes small frames on at once. */
export const BUFFERING =
  "look for a proxy that holds answers back, or inspects WebSockets. nginx: proxy_buffering off where it is not an upgrade that it passes; HAProxy: no option http-buffer-request, and option http-no-delay";

/** What has addresses of clients come through. */
export const FORWARDED =
  "have the proxy send X-Forwarded-For (nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; HAProxy: option forwardfor; Caddy does), and list its address in TRUSTED_PROXIES";
