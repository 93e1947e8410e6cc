import { laterFaultKinds } from '../patterns/later.js';
import type { PathKey } from './located.js';

/** What the language knows and this version does not run, by place. `*` is any key or index. */
const LATER_KEYS: readonly (readonly [place: string, names: string])[] = [
  ['', 'registries mesh'],
  ['sweeps.*', 'objective objectives subjectTo runs'],
  ['platform', 'nodes'],
  ['network', 'crossZoneCost'],
  ['services.*', 'tags discovery'],
  [
    'services.*.versions.*',
    'runtime concurrency queue cpu memory resources cancellation rejectWork admission middleware probes outbox',
  ],
  ['services.*.resources.requests', 'memory'],
  ['services.*.rollout.analysis', 'from'],
  ['gateways.*', 'tags discovery versions version rollout'],
  ['gateways.*.resources.requests', 'memory'],
  ['services.*.probes.*', 'checks'],
  ['gateways.*.probes.*', 'checks'],
  ['functions.*', 'tags'],
  ['databases.*', 'tags loadBalancing queue concurrency'],
  ['databases.*.operations.*', 'rows'],
  ['topics.*', 'tags'],
  ['brokers.*', 'tags'],
  ['caches.*', 'tags'],
  ['eventStores.*', 'tags'],
  ['projections.*', 'tags'],
  ['workloads.*', 'tags'],
  ['report', 'prices'],
];

/** Fields of steps by verb, and of the bundle and its policies. */
const LATER_FIELDS: ReadonlyMap<string, string> = new Map([
  ['when', 'version'],
  ['bundle', 'tags'],
  ['policy', 'store'],
]);

/** Words of closed lists that later versions bring, by the last key of the path. */
const LATER_WORDS: readonly (readonly [key: string, words: string])[] = [
  ['warmup', 'auto'],
  ['autoscaling.kind', 'step scheduled'],
  ['faults.*.what', 'discovery'],
  ['autoscaling.metric', 'latency'],
  ['metrics.*.metric', 'latency'],
  ['sweeps.*.kind', 'tune faults'],
];

const LISTS = new Map<string, ReadonlySet<string>>();

/** Whether the language knows this key in the map at the path, though this version does not run it. */
export function isLaterKey(path: readonly PathKey[], key: string): boolean {
  for (const [place, names] of LATER_KEYS) {
    if (matches(path, place) && words(names).has(key)) return true;
  }
  return fieldPlaces(path).some((place) => words(LATER_FIELDS.get(place) ?? '').has(key));
}

/** Whether the value of the path is a word that a later version understands. */
export function isLaterWord(path: readonly PathKey[], value: unknown): boolean {
  const last = path[path.length - 1];
  // Long forms of plain numbers and switches that come later.
  if (last === 'replications' || last === 'replicas') {
    return typeof value === 'object' && value !== null;
  }
  if (typeof value !== 'string') return false;
  if (last === 'kind' && path.length === 3 && path[0] === 'faults') {
    if (laterFaultKinds.includes(value)) return true;
  }
  return LATER_WORDS.some(([place, names]) => endsWith(path, place) && words(names).has(value));
}

/** Which tables of fields speak about the map at this path. */
function fieldPlaces(path: readonly PathKey[]): string[] {
  const last = path[path.length - 1];
  const before = path[path.length - 2];
  const places: string[] = [];
  if (typeof last === 'number') places.push(before === 'middleware' ? 'middleware' : 'step');
  if (last === 'policy' || before === 'policies' || before === 'outbound') places.push('bundle');
  if (typeof last === 'string') {
    places.push(last, 'policy');
    if (typeof before === 'number' && path.includes('middleware')) places.push('middlewareEntry');
  }
  return places;
}

function matches(path: readonly PathKey[], place: string): boolean {
  const parts = place === '' ? [] : place.split('.');
  return parts.length === path.length && parts.every((part, i) => part === '*' || part === path[i]);
}

function endsWith(path: readonly PathKey[], place: string): boolean {
  const count = place.split('.').length;
  return path.length >= count && matches(path.slice(path.length - count), place);
}

function words(text: string): ReadonlySet<string> {
  let set = LISTS.get(text);
  if (set === undefined) LISTS.set(text, (set = new Set(text.split(' '))));
  return set;
}
