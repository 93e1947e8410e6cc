import type { Plan } from '../../contracts/plan/plan.js';
import { frames } from './strands/frames.js';
import { mostKept, type Holder } from './holders-kept.js';
import type { Run } from './run.js';
import { partName } from '../../contracts/plan/names.js';

/** A call in flight with its frame and its strand, or a request in a queue. Unit: bytes. */
const CALL = 1000;
const NOTHING: Holder = { count: 0, bytes: 0, words: '' };

/** The largest holder of a run's memory now, with its number and how to limit it; for the memory guard. */
export function largestHolder(world: Run): string {
  const calls = callsInFlight(world);
  const [queue, level] = [longestQueue(world), highestLevel(world)];
  // A queued request is also a call in flight at its caller; then the queue is the one to limit.
  const isQueued = queue.count * 2 >= calls.count;
  const here = isQueued ? queue : calls;
  const largest = [level, mostKept(world)].reduce((a, b) => (b.bytes > a.bytes ? b : a), here);
  return largest.count === 0 ? '' : largest.words;
}

/** The edge with most calls in flight. If its callee has about as many itself, the edge that those wait for. */
function callsInFlight({ edges, plan }: Run): Holder {
  const counts = new Float64Array(edges.length);
  for (let frame = 0; frame < frames.slots.touched; frame++) {
    if (frames.slots.has(frame) && frames.base[frame] === 0) counts[frames.edge[frame]]++;
  }
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return NOTHING;
  const found = farthest(plan, counts, counts.indexOf(most));
  const { from, to } = plan.edges[found];
  const count = counts[found];
  const bytes = count * CALL;
  const callee = plan.components[plan.parts[to].component].name;
  const calls = `${count} calls in flight on ${partName(plan, from)}->${partName(plan, to)}`;
  if (isTimed(plan, found)) {
    const words = `${calls}: limit them (bulkhead, concurrencyLimit) or shorten timeout`;
    return { count, bytes, words };
  }
  const remedy = 'add policy.timeout to the call, or patience to the workload';
  return { count, bytes, words: `${calls} wait for ${callee} without a time limit: ${remedy}` };
}

/** Share of calls from which an edge counts as holding nearly as many as the first one. */
const ALIKE = 0.9;

/** Follows the calls downstream from an edge, as long as the callee has about as many calls in flight itself. */
function farthest(plan: Plan, counts: Float64Array, first: number): number {
  const enough = ALIKE * counts[first];
  const seen = new Set<number>();
  let at = first;
  while (!seen.has(at)) {
    seen.add(at);
    const callee = plan.parts[plan.edges[at].to].component;
    const next = plan.edges.findIndex(
      ({ from }, edge) => plan.parts[from].component === callee && counts[edge] >= enough,
    );
    if (next >= 0) at = next;
  }
  return at;
}

function isTimed({ edges, bundles }: Plan, edge: number): boolean {
  const { deadline, bundle } = edges[edge];
  return deadline || bundles[bundle].layers.some(({ policy }) => policy === 'timeout');
}

function longestQueue({ instances, plan }: Run): Holder {
  let longest = instances[0];
  let count = 0;
  for (const instance of instances) {
    count += instance.queue.length;
    if (instance.queue.length > longest.queue.length) longest = instance;
  }
  if (count === 0) return NOTHING;
  const { name } = plan.components[longest.component];
  const queued = `${name}[${longest.index}] has ${longest.queue.length} requests queued`;
  return {
    count,
    bytes: count * CALL,
    words: `${queued}: bound the queue (queue.capacity), or shed load`,
  };
}

/** Messages and other objects that are not calls. */
function highestLevel({ meters, plan }: Run): Holder {
  let most = NOTHING;
  for (const [key, count] of meters.now()) {
    const [name, component, part] = key.split('/');
    const kind = LEVELS.get(name);
    if (kind === undefined || count * kind.each <= most.bytes) continue;
    const { name: owner } = plan.components[Number(component)];
    const whose = Number(part) < 0 ? owner : `${owner}.${plan.parts[Number(part)].name}`;
    most = { count, bytes: count * kind.each, words: `${whose} holds ${count} ${kind.words}` };
  }
  return most;
}

/** Levels that grow with the memory used, by name; `each`: approximate bytes. */
const LEVELS: ReadonlyMap<string, { readonly each: number; readonly words: string }> = new Map([
  [
    'lag',
    {
      each: 25,
      words: 'messages that are not handled: add consumers, or bound it (maxLength, retention)',
    },
  ],
  [
    'delayed',
    { each: 30, words: 'messages that wait for another try: limit the tries (maxAttempts)' },
  ],
  [
    'outbox.rows',
    { each: 95, words: 'rows that are not published: publish in larger batches, or more often' },
  ],
  [
    'blocked',
    { each: CALL, words: 'publishers that are blocked: reject instead, or add consumers' },
  ],
  [
    'buffered',
    { each: CALL, words: 'invocations that are buffered: raise the limit of environments' },
  ],
]);
