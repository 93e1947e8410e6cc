import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { from, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { byDefault } from '../ingress/controller.js';
import { sizeOf } from '../ingress/nginx.js';
import { inherited, named, type Directive, type Scope } from '../proxies/directives.js';

const PRODUCT = 'nginx';
const UNITS: Readonly<Record<string, number>> = {
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};

/** A time of nginx such as `90`, `1m30s` or `7d`. Source: nginx.org, Configuration file measurement units. */
function timeOf(cell: Cell | undefined): Written | undefined {
  const text = cell?.text() ?? '';
  if (!/^(\d+(ms|[smhdw])\s*)+$|^\d+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+)(ms|[smhdw])?/g)];
  const seconds = parts.reduce(
    (sum, [, count, unit = 's']) => sum + Number(count) * UNITS[unit]!,
    0,
  );
  if (seconds === 0) return undefined;
  return from(parts.length === 1 && /(ms|[smh])$/.test(text) ? text : `${seconds}s`, cell);
}

/** Conditions of `proxy_next_upstream`; an error is a connection that fails or breaks. */
const CONDITIONS: Readonly<Record<string, readonly (string | number)[]>> = {
  error: ['connect', 'reset'],
  timeout: ['timeout'],
};

/**
 * Limits of the calls behind a `proxy_pass`, or one of another protocol: the directives of the file, else the defaults of nginx. null =
 * the file has none, and those of the kind of the gateway are right. Source: nginx.org, ngx_http_proxy_module.
 */
export function bundleOf(
  scope: Scope,
  protocol: string,
  { addresses, isService }: { readonly addresses: number; readonly isService: boolean },
): WrittenMap | null {
  const find = (name: string): Cell | undefined => inherited(scope, `${protocol}_${name}`)[0]?.cell;
  const [read, connect] = [timeOf(find('read_timeout')), timeOf(find('connect_timeout'))];
  const [next, tries] = [find('next_upstream'), find('next_upstream_tries')];
  const within = timeOf(find('next_upstream_timeout'));
  const isWritten = [read, connect, next, tries, within].some((one) => one !== undefined);
  if (!isWritten && !(isService && addresses > 1)) return null;
  return map({
    timeout: read ?? byDefault('60s', PRODUCT),
    retry: retryOf(next, tries, isService ? 1 : addresses, within),
    connections: map({ connectTimeout: connect ?? byDefault('60s', PRODUCT) }),
  });
}

/** Each address of the upstream once. A Service of Kubernetes is one address, whatever its pods. */
function retryOf(
  next: Cell | undefined,
  tries: Cell | undefined,
  addresses: number,
  startBefore: Written | undefined,
): WrittenMap | undefined {
  if (addresses === 1) return undefined;
  const words = (next?.text() ?? 'error timeout').split(/\s+/);
  const kind = plain('nginx');
  if (words.includes('off')) return map({ kind, attempts: from(1, next) });
  const known = words.flatMap((word) => {
    const [, status] = /^http_([45]\d\d)$/.exec(word) ?? [];
    return status === undefined ? (CONDITIONS[word] ?? []) : [Number(status)];
  });
  const most = tries?.number() ?? 0;
  const isDefault = known.length === 0 || known.join() === 'connect,reset,timeout';
  return map({
    kind,
    attempts:
      most > 0 && most < addresses
        ? from(most, tries)
        : { ...plain(addresses), note: 'each address once' },
    on: isDefault ? undefined : list(known.map((one) => from(one, next))),
    nonIdempotent: words.includes('non_idempotent') ? from(true, next) : undefined,
    startBefore,
  });
}

/** What nginx checks before it passes a request on, by the directive that says so. */
export function checksOf(
  scope: Scope,
  http: readonly Directive[],
  owner: Component,
  system: System,
): ReadonlyMap<Cell, Written> {
  const zones = (kind: string): readonly Directive[] => named(http, `${kind}_zone`);
  const found = new Map<Cell, Written>();
  for (const { cell } of inherited(scope, 'client_max_body_size'))
    for (const written of sizeOf(cell)) found.set(cell, written);
  for (const limit of inherited(scope, 'limit_conn')) {
    const [zone, count] = limit.words;
    const key = keyOf(zones('limit_conn').find((one) => zoneOf(one) === zone));
    const status = statusOf(inherited(scope, 'limit_conn_status')[0]?.cell);
    if (key === undefined || !(Number(count) >= 1)) continue;
    const entry = map({ limit: from(Number(count), limit.cell), ...key, status });
    found.set(limit.cell, map({ admit: entry }));
  }
  for (const limit of inherited(scope, 'limit_req')) {
    const name = optionOf(limit, 'zone');
    const zone = zones('limit_req').find((one) => zoneOf(one) === name);
    const status = statusOf(inherited(scope, 'limit_req_status')[0]?.cell);
    const written = rateOf(limit, zone, status);
    if (written === undefined) continue;
    found.set(limit.cell, written);
    if (keyOf(zone)?.key !== undefined)
      system.ask(
        `How many addresses send requests? limit_req (${limit.cell.place}) of ${owner.name} counts each one: write \`clients\` of the workload, without which each request has an address of its own`,
      );
  }
  return found;
}

function optionOf({ words }: Directive, name: string): string | undefined {
  return words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

function zoneOf(zone: Directive): string | undefined {
  return optionOf(zone, 'zone')?.split(':')[0];
}

/** What a zone counts by: each client, or all requests together. undefined = something without a counterpart. */
function keyOf(zone: Directive | undefined): { readonly key: Written | undefined } | undefined {
  const [counted] = zone?.words ?? [];
  if (counted === undefined) return undefined;
  if (/remote_addr|realip|forwarded_for|client_ip/.test(counted))
    return { key: from('client', zone!.cell) };
  return /^\$server_name$|^[^$]+$/.test(counted) ? { key: undefined } : undefined;
}

function statusOf(cell: Cell | undefined): Written {
  const status = cell?.number() ?? 0;
  return status >= 400 && status <= 599 ? from(status, cell) : byDefault(503, PRODUCT);
}

/** `limit_req zone=api burst=20 nodelay`: those of the burst wait, pass later than `delay`, or pass at once. */
function rateOf(
  limit: Directive,
  zone: Directive | undefined,
  status: Written,
): Written | undefined {
  const [, count, unit] =
    /^(\d+)r\/([sm])$/.exec(zone === undefined ? '' : (optionOf(zone, 'rate') ?? '')) ?? [];
  const key = keyOf(zone);
  if (count === undefined || key === undefined) return undefined;
  const burst = Number(optionOf(limit, 'burst') ?? 0);
  const later = limit.words.includes('nodelay') ? burst : Number(optionOf(limit, 'delay') ?? 0);
  const { cell } = limit;
  return map({
    rateLimit: map({
      kind: plain('leakyBucket'),
      rate: from(`${count}/${unit === 's' ? 's' : 'min'}`, zone!.cell, cell),
      burst: burst > 0 ? from(burst, cell) : undefined,
      delay: later > 0 ? from(Math.min(later, burst), cell) : undefined,
      ...key,
      status,
    }),
  });
}
