import { without } from './cumulants.js';
import { byCodeUnit } from '../../text/order.js';
import { fitted } from './fit.js';
import { FEW } from './measured.js';
import type { Network } from './network.js';
import type {
  Measured,
  TracedComponent,
  TracedEndpoint,
  TracedLink,
  TracedStep,
  Unknown,
} from './model.js';
import type { PartKind, Roles } from './parts.js';
import { KIND } from './reading/span.js';
import { callsIn } from './steps.js';
import { FLAG, type SpanStore } from './store.js';

/** Components, and which of them are called without a network of their own. */
export interface Targets {
  readonly components: readonly TracedComponent[];
  /** Callers of what has the time on the network within its own. */
  readonly links: readonly TracedLink[];
}

/**
 * All components: services, and what only the spans of callers show: databases, queues, systems of others, and endpoints of
 * services of which every server's span is lacking. So every call of a step has its endpoint. Where the time of one operation
 * may contain the network, all operations of the component keep it, and nothing is added for it.
 */
export function withTargets(
  services: readonly TracedComponent[],
  store: SpanStore,
  roles: Roles,
  network: Network | null,
  unknown: Unknown[],
  isExtra: Uint8Array,
): Targets {
  const components = new Map<string, Growing>();
  for (const service of services)
    components.set(service.name, { ...service, endpoints: [...service.endpoints] });
  const times = timesByPart(store, roles, isExtra);
  const consumers = consumersOf(store, roles);
  const executed = new Set(roles.executes);
  const isShown = (part: number): boolean => times.has(part) && !executed.has(part);
  const whole = new Set(
    roles.parts.all
      .filter(({ kind }, part) => isShown(part) && kind !== 'queue')
      .filter(({ component, endpoint, kind }) => {
        const part = roles.parts.of(component, endpoint, kind);
        return network !== null && without(times.get(part)!.times, network.both) === null;
      })
      .map(({ component }) => component),
  );
  roles.parts.all.forEach(({ component, endpoint, kind }, part) => {
    const called = times.get(part);
    if (called === undefined || !isShown(part)) return;
    const product = kind === 'queue' ? (store.brokers.get(component) ?? null) : null;
    const found = components.get(component) ?? newComponent(component, kind, product);
    components.set(component, found);
    const place = { component, endpoint, path: pathOf(kind, component, endpoint) };
    const own = whole.has(component) ? null : network;
    if (kind === 'queue' && isAwaited(component, services)) {
      const mean = called.times.reduce((sum, time) => sum + time, 0) / called.times.length;
      if (mean >= ACKNOWLEDGED_NS && called.times.length >= FEW)
        found.publish = fitted(called.times);
    }
    const steps =
      kind === 'queue'
        ? (consumers.get(component) ?? [])
        : timeOf(place, called.times, own, unknown);
    found.endpoints.push({ name: endpoint, steps, errors: null, executions: called.count });
    if (called.count < FEW) unknown.push(tooFew(place, called.count));
  });
  return {
    components: [...components.values()].sort((a, b) => byCodeUnit(a.name, b.name)),
    links: callersOf(store, roles, whole).map(({ from, to }) => ({ from, to, oneWay: null })),
  };
}

/** Pairs of callers and components, each once. */
function callersOf(
  { count, service, names }: SpanStore,
  { parts, calls }: Roles,
  components: ReadonlySet<string>,
): readonly { readonly from: string; readonly to: string }[] {
  const pairs = new Map<string, { readonly from: string; readonly to: string }>();
  for (let i = 0; i < count; i++) {
    const to = calls[i] < 0 ? '' : parts.all[calls[i]].component;
    if (!components.has(to)) continue;
    const from = names.texts[service[i]];
    if (from !== to) pairs.set(`${from}\n${to}`, { from, to });
  }
  return [...pairs.values()];
}

type Growing = Omit<TracedComponent, 'endpoints' | 'publish'> & {
  readonly endpoints: TracedEndpoint[];
  publish?: Measured;
};

/** Mean time from which on a publisher waits for its broker: less is the time to put a message into a buffer. */
const ACKNOWLEDGED_NS = 1e5;

/** Whether no publisher of a queue goes on before its message is confirmed. */
function isAwaited(queue: string, services: readonly TracedComponent[]): boolean {
  return services
    .flatMap(({ endpoints }) => endpoints.flatMap(({ steps }) => callsIn(steps)))
    .every(({ to, kind, isBackground }) => to !== queue || kind !== 'publish' || !isBackground);
}

function newComponent(name: string, kind: PartKind, product: string | null): Growing {
  return { name, kind, endpoints: [], product, replicas: null };
}

interface Place {
  readonly component: string;
  readonly endpoint: string;
  readonly path: string;
}

/** Path in a scenario. */
function pathOf(kind: PartKind, component: string, endpoint: string): string {
  if (kind === 'database') return `databases.${component}.operations.${endpoint}`;
  return kind === 'queue' ? `queues.${component}` : `services.${component}.endpoints.${endpoint}`;
}

/** The time of an operation without its network, or with it where the data cannot tell them apart. */
function timeOf(
  { component, endpoint, path }: Place,
  times: readonly number[],
  network: Network | null,
  unknown: Unknown[],
): readonly TracedStep[] {
  if (times.length === 0) return [];
  const own: Measured | null = network === null ? null : without(times, network.both);
  if (own === null && times.length >= FEW) {
    unknown.push({
      path,
      reason: 'only the spans of callers show its time, so the time on the network is in it',
      question: `How long does ${component} ${endpoint} take without the network?`,
    });
  }
  return [{ kind: 'wait', time: own ?? fitted(times) }];
}

function tooFew({ component, endpoint, path }: Place, n: number): Unknown {
  return {
    path,
    reason: `n = ${n} < ${FEW} calls`,
    question: `How long does ${component} ${endpoint} take?`,
  };
}

interface Times {
  count: number;
  readonly times: number[];
}

/** Durations of the calls that succeeded, by part. */
function timesByPart(
  { count, start, end, flags }: SpanStore,
  { calls }: Roles,
  isExtra: Uint8Array,
): Map<number, Times> {
  const byPart = new Map<number, Times>();
  for (let i = 0; i < count; i++) {
    if (calls[i] < 0 || isExtra[i] === 1) continue;
    const known = byPart.get(calls[i]) ?? { count: 0, times: [] };
    byPart.set(calls[i], known);
    known.count++;
    if ((flags[i] & (FLAG.error | FLAG.untimed)) === 0) known.times.push(end[i] - start[i]);
  }
  return byPart;
}

/** What handles the messages of a queue, as its steps. */
function consumersOf(store: SpanStore, { parts, executes }: Roles): Map<string, TracedStep[]> {
  const queues = new Map<string, Set<number>>();
  for (let i = 0; i < store.count; i++) {
    if (executes[i] < 0 || store.kind[i] !== KIND.consumer) continue;
    const queue = store.names.texts[store.store[i]];
    if (queue === '') continue;
    const handlers = queues.get(queue) ?? new Set<number>();
    queues.set(queue, handlers.add(executes[i]));
  }
  const most = new Map<number, { readonly messages: number; readonly n: number }>();
  for (let i = 0; i < store.count; i++) {
    if (executes[i] < 0 || store.messages[i] < 2) continue;
    const { messages = 0, n = 0 } = most.get(executes[i]) ?? {};
    most.set(executes[i], { messages: Math.max(messages, store.messages[i]), n: n + 1 });
  }
  const batchOf = (part: number): { readonly batch?: Measured } => {
    const seen = most.get(part);
    if (seen === undefined) return {};
    return { batch: { text: String(seen.messages), n: seen.n, interval: null } };
  };
  const steps = new Map<string, TracedStep[]>();
  for (const [queue, handlers] of queues)
    steps.set(
      queue,
      [...handlers].map((part) => ({
        kind: 'call',
        to: parts.all[part].component,
        endpoint: parts.all[part].endpoint,
        chance: null,
        retry: null,
        timeout: null,
        below: null,
        ...batchOf(part),
      })),
    );
  return steps;
}
