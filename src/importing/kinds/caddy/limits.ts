import type { Cell } from '../../cell.js';
import { secondsIn } from '../../durations.js';
import { from, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { byDefault } from '../ingress/controller.js';
import { durationOf } from '../istio/retries.js';
import { flat, named, type Directive } from '../proxies/directives.js';

const PRODUCT = 'Caddy';
/** Wait between tries. Source: caddyserver/caddy modules/caddyhttp/reverseproxy/reverseproxy.go, TryInterval. */
const INTERVAL = '250ms';

/**
 * Limits of the calls of a `reverse_proxy`. Without `lb_try_duration` and `lb_retries` nothing is repeated. Source: caddyserver/caddy
 * modules/caddyhttp/reverseproxy/httptransport.go, reverseproxy.go.
 */
export function policyOf({ block }: Directive): WrittenMap {
  const all = flat(block);
  const find = (name: string): Cell | undefined => named(all, name)[0]?.cell;
  const connections = find('max_conns_per_host');
  return map({
    timeout: durationOf(find('response_header_timeout')) ?? durationOf(find('read_timeout')),
    retry: retryOf(find('lb_try_duration'), find('lb_retries'), find('lb_try_interval')),
    connections: map({
      max: (connections?.number() ?? 0) > 0 ? from(connections!.number()!, connections) : undefined,
      connectTimeout: durationOf(find('dial_timeout')) ?? byDefault('3s', PRODUCT),
    }),
  });
}

/** Failed connections are repeated. After a request was sent, Caddy repeats a GET alone. */
function retryOf(
  duration: Cell | undefined,
  retries: Cell | undefined,
  interval: Cell | undefined,
): WrittenMap | undefined {
  const startBefore = durationOf(duration);
  const count = retries?.number() ?? 0;
  if (startBefore === undefined && count < 1) return undefined;
  const wait = secondsIn(interval?.text()) ?? secondsIn(INTERVAL)!;
  const most = Math.ceil((secondsIn(duration?.text()) ?? 0) / Math.max(wait, 0.01));
  return map({
    attempts: count >= 1 ? from(count + 1, retries) : from(Math.max(1, most), duration, interval),
    on: list([plain('connect')]),
    backoff:
      wait === 0
        ? undefined
        : map({
            kind: plain('constant'),
            base: durationOf(interval) ?? byDefault(INTERVAL, PRODUCT),
          }),
    startBefore,
  });
}

/** Units of sizes. Source: dustin/go-humanize bytes.go. */
const BYTES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  ki: 1024,
  m: 1e6,
  mi: 1024 * 1024,
  g: 1e9,
  gi: 1024 * 1024 * 1024,
};

/** `max_size` of a body, such as `10MB`. */
export function sizeOf(text: string, cell: Cell): readonly Written[] {
  const [, count = '0', unit = ''] = /^([\d.]+)\s*([kmg]?i?)b?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(count) * (BYTES[unit.toLowerCase()] ?? 0));
  return bytes > 0
    ? [map({ filter: map({ kind: plain('size'), max: from(`${bytes}B`, cell) }) })]
    : [];
}
