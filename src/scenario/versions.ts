import type { Problems } from './diagnostics.js';
import type { Entry, MapNode, Node, PathKey } from './located.js';
import { change, changeAll, entries, get, isNull, map, text } from './located.js';
import { merge } from './merge.js';
import { PROCESS_FIELDS } from '../contracts/scenario/host.js';

/**
 * Merges the initial version over its service or gateway. Then every other version is merged over the original
 * component, and contains complete endpoints and bundles wherever it or the initial version sets any.
 */
export function layVersions(root: MapNode, problems: Problems): MapNode {
  return ['services', 'gateways'].reduce(
    (all, section) =>
      change(all, section, (entries) =>
        changeAll(entries, (own, name) => laid(own, [section, name], problems)),
      ),
    root,
  );
}

function laid(service: Node, path: readonly PathKey[], problems: Problems): Node {
  const versions = get(service, 'versions');
  if (service.type !== 'map' || versions?.type !== 'map') return service;
  for (const [name, { value }] of versions.entries) {
    checkFields(value, [...path, 'versions', name], problems);
  }
  const first = firstOf(service);
  const own = first === null ? undefined : get(versions, first);
  const all = [...versions.entries.values()].map(({ value }) => value);
  const others = new Map<string, Entry>();
  for (const [name, entry] of versions.entries) {
    const value = over(service, name === first ? undefined : own, entry.value);
    others.set(name, { ...entry, value: withSettings(service, all, value) });
  }
  const whole = own?.type === 'map' ? merge(service, patchOf(own)) : service;
  return change(whole as MapNode, 'versions', () => ({ ...versions, entries: others }));
}

/** The initial version: the one in `version`, else the first by name. */
export function firstOf(service: Node): string | null {
  const said = text(get(service, 'version'));
  if (said !== undefined) return said;
  const versions = get(service, 'versions');
  return versions?.type === 'map' ? ([...versions.entries.keys()].sort()[0] ?? null) : null;
}

/** Fields that a version can set. */
const OWN: readonly string[] = ['endpoints', 'outbound', 'middleware', ...PROCESS_FIELDS];

/** The fields of a version, as a patch of its service. */
function patchOf(version: MapNode): MapNode {
  const entries = new Map([...version.entries].filter(([key]) => OWN.includes(key)));
  return { ...version, entries };
}

/** A version with complete entries: all endpoints and bundles that it or the initial version sets. */
function over(service: MapNode, first: Node | undefined, version: Node): Node {
  if (version.type !== 'map') return version;
  let result: MapNode = version;
  for (const key of ['endpoints', 'outbound']) {
    const names = [first, version].flatMap((one) => namesIn(get(one, key)));
    if (names.length === 0) continue;
    const written = get(version, key);
    const all = new Map<string, Entry>();
    for (const name of names) {
      const entry = entryOf(service, version, key, name);
      if (entry !== null) all.set(name, entry);
    }
    const value = map(all, (written ?? version).at);
    const entries = new Map(result.entries);
    entries.set(key, { key: version.entries.get(key)?.key ?? version.at, value });
    result = { ...result, entries };
  }
  return result;
}

/**
 * A version with all settings of its process if any version sets one, and with its chain if any version sets one, so
 * that it gets none from the initial version.
 */
function withSettings(service: MapNode, all: readonly Node[], version: Node): Node {
  if (version.type !== 'map') return version;
  const isSet = (key: string): boolean => all.some((one) => get(one, key) !== undefined);
  const keys: string[] = PROCESS_FIELDS.some(isSet) ? [...PROCESS_FIELDS] : [];
  if (isSet('middleware')) keys.push('middleware');
  const entries = new Map(version.entries);
  for (const key of keys) {
    const entry = entryOf(service, version, '', key);
    if (entry !== null) entries.set(key, entry);
  }
  return { ...version, entries };
}

/** The entry of a version merged over that of the service, or null. `section` '' means the service itself. */
function entryOf(service: MapNode, version: MapNode, section: string, name: string): Entry | null {
  const below = entryIn(section === '' ? service : get(service, section), name);
  const above = entryIn(section === '' ? version : get(version, section), name);
  const known = above ?? below;
  if (known === null) return null;
  const value =
    above === null || below === null ? known.value : merge(below.value, above.value, name);
  return { key: known.key, value: section === 'endpoints' ? bare(value) : value };
}

/** An endpoint without the fields that versions share. */
function bare(endpoint: Node): Node {
  if (endpoint.type !== 'map') return endpoint;
  const entries = new Map([...endpoint.entries].filter(([key]) => !SHARED.has(key)));
  return { ...endpoint, entries };
}

function entryIn(node: Node | undefined, name: string): Entry | null {
  return node?.type === 'map' ? (node.entries.get(name) ?? null) : null;
}

function namesIn(node: Node | undefined): readonly string[] {
  return entries(node).map(([name]) => name);
}

/** Reports fields that are the same in all versions. */
function checkFields(version: Node, path: readonly PathKey[], problems: Problems): void {
  if (version.type !== 'map') return;
  const endpoints = get(version, 'endpoints');
  for (const name of namesIn(endpoints)) {
    const endpoint = get(endpoints, name);
    if (isNull(endpoint)) {
      const message = 'versions have all endpoints of their service and cannot remove one';
      problems.add({
        code: 'FL208',
        at: endpoint!.at,
        path: [...path, 'endpoints', name],
        message,
      });
    }
    if (endpoint?.type !== 'map') continue;
    for (const [key, { key: at }] of endpoint.entries) {
      if (!SHARED.has(key)) continue;
      const message = `${key} is the same in all versions: a version can change only steps and timeLimit`;
      problems.add({ code: 'FL208', at, path: [...path, 'endpoints', name, key], message });
    }
  }
}

/** Fields of an endpoint that its callers depend on. */
const SHARED: ReadonlySet<string> = new Set([
  'title',
  'description',
  'method',
  'path',
  'idempotent',
  'readOnly',
  'requestSize',
  'responseSize',
  'priority',
  'concurrency',
]);
