import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { from, map, plain, type Written } from '../../written.js';
import { hostsIn } from '../kubernetes/addresses.js';

/** A service of Kong, and the component behind it. */
export interface KongService {
  readonly cell: Cell;
  readonly component: Component;
  /** Where its host is, or its name. */
  readonly place: Cell;
  /** Beginning of the paths of its requests, such as `/v1`; '' = none. */
  readonly path: string;
}

/** Source: Kong, Admin API, upstream `algorithm`. */
const BALANCERS: Readonly<Record<string, string>> = {
  'round-robin': 'kong',
  'least-connections': 'leastRequest',
};

/** Services with the components of their hosts, of the targets of their upstreams, or of their own name. */
export function servicesOf(
  document: Cell,
  documents: readonly Cell[],
  system: System,
): readonly KongService[] {
  const upstreams = documents.flatMap((one) => one.get('upstreams')?.items() ?? []);
  return (document.get('services')?.items() ?? []).flatMap((cell): KongService[] => {
    const place = cell.get('host') ?? cell.get('url') ?? cell.get('name');
    const host = hostOf(cell);
    if (place === undefined || !isEnabled(cell)) return [];
    const upstream = upstreams.find((one) => one.get('name')?.text() === host);
    const component = componentOf(cell, host, upstream, system);
    if (component === null) return [];
    if (upstream !== undefined) balance(upstream, component);
    return [{ cell, component, place, path: pathOf(cell) }];
  });
}

/** A service without this field takes requests. */
export function isEnabled(cell: Cell): boolean {
  return cell.get('enabled')?.value !== false;
}

function hostOf(cell: Cell): string | undefined {
  const url = cell.get('url')?.text();
  return cell.get('host')?.text() ?? (url === undefined ? undefined : hostsIn(url)[0]?.host);
}

function pathOf(cell: Cell): string {
  const [, path] = /^\w+:\/\/[^/]*(\/.*)?$/.exec(cell.get('url')?.text() ?? '') ?? [];
  return cell.get('path')?.text() ?? path ?? '';
}

function componentOf(
  cell: Cell,
  host: string | undefined,
  upstream: Cell | undefined,
  system: System,
): Component | null {
  const name = cell.get('name')?.text();
  const targets = targetsOf(upstream).map((target) =>
    (target.get('target')?.text() ?? '').replace(/:\d+$/, ''),
  );
  const wanted = [host, ...targets, name].filter((one) => one !== undefined);
  const found = wanted.flatMap((one) => system.find(one) ?? system.named(one) ?? []);
  const known = found.find(({ section }) => section === 'services');
  if (known !== undefined) return known;
  const own = name ?? host;
  if (own === undefined) return null;
  const place = cell.get('name') ?? cell.get('host') ?? cell.get('url')!;
  const component = system.add(own, { origins: [place] });
  for (const one of new Set(wanted)) system.addHost(one, '', component);
  return component;
}

/** Targets that get requests. */
function targetsOf(upstream: Cell | undefined): readonly Cell[] {
  return (upstream?.get('targets')?.items() ?? []).filter(
    (target) => target.get('weight')?.number() !== 0,
  );
}

/** The targets of an upstream are instances, unless a manifest says how many there are. */
function balance(upstream: Cell, component: Component): void {
  const { fields } = component;
  const targets = targetsOf(upstream).flatMap((one) => one.get('target') ?? []);
  const isOwn = targets.every((one) => /^[\d.]+(:\d+)?$/.test(one.text() ?? ''));
  if (isOwn && targets.length > 1 && !fields.has('replicas')) {
    component.replicas = targets.length;
    fields.set('replicas', from(targets.length, ...targets));
  }
  const algorithm = upstream.get('algorithm');
  const kind = BALANCERS[algorithm?.text() ?? ''];
  if (kind !== undefined && !fields.has('loadBalancing')) {
    fields.set('loadBalancing', map({ kind: from(kind, algorithm) }));
  }
}

/** Kong's own settings. Source: Kong, Admin API, service `read_timeout` (60000) and `retries` (5). */
const READ_TIMEOUT = '60s';

/**
 * Time limits and retries of a service; empty if it has those of Kong. A bundle replaces the preset of the gateway, so it
 * repeats what the file leaves out.
 */
export function bundleOf(cell: Cell): ReadonlyMap<string, Written> {
  const fields = new Map<string, Written>();
  const connect = msOf(cell.get('connect_timeout'));
  const read = msOf(cell.get('read_timeout'));
  const retries = cell.get('retries');
  const count = retries?.number();
  if (connect === undefined && read === undefined && count === undefined) return fields;
  fields.set('timeout', read ?? plain(READ_TIMEOUT));
  // Kong counts the tries after the first one.
  const attempts = count === undefined ? undefined : from(count + 1, retries);
  fields.set('retry', map({ kind: plain('kong'), attempts }));
  if (connect !== undefined) fields.set('connections', map({ connectTimeout: connect }));
  return fields;
}

function msOf(cell: Cell | undefined): Written | undefined {
  const ms = cell?.number();
  return ms === undefined || ms <= 0 ? undefined : from(`${ms}ms`, cell);
}
