import { fitted } from './fit.js';
import { FEW } from './measured.js';
import type { TracedComponent, TracedEndpoint, TracedStep, Unknown } from './model.js';
import type { Roles } from './parts.js';
import { KIND } from './reading/span.js';
import { FLAG } from './store.js';
import type { SpanStore } from './store.js';

/**
 * Components that only the spans of their callers show: databases, queues and systems of others; and services of which every
 * server's span is lacking.
 */
export function targetsOf(
  store: SpanStore,
  roles: Roles,
  services: readonly TracedComponent[],
  unknown: Unknown[],
): readonly TracedComponent[] {
  const known = new Set(services.map(({ name }) => name));
  const times = timesByPart(store, roles);
  const consumers = consumersOf(store, roles);
  const components = new Map<string, TracedComponent & { endpoints: TracedEndpoint[] }>();
  roles.parts.all.forEach(({ component, endpoint, kind }, part) => {
    if (kind === 'service' || !times.has(part)) return;
    if (known.has(component)) return;
    const values = times.get(part)!;
    const found = components.get(component) ?? {
      name: component,
      kind,
      endpoints: [],
      replicas: null,
    };
    components.set(component, found);
    const steps: readonly TracedStep[] =
      kind === 'queue'
        ? (consumers.get(component) ?? [])
        : values.times.length === 0
          ? []
          : [{ kind: 'wait', time: fitted(values.times) }];
    found.endpoints.push({ name: endpoint, steps, errors: null, executions: values.count });
    if (values.count < FEW) unknown.push(tooFew(component, endpoint, values.count));
  });
  return [...components.values()];
}

function tooFew(component: string, endpoint: string, n: number): Unknown {
  return {
    path: `${component}.${endpoint}`,
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
): Map<number, Times> {
  const byPart = new Map<number, Times>();
  for (let i = 0; i < count; i++) {
    if (calls[i] < 0) continue;
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
      })),
    );
  return steps;
}
