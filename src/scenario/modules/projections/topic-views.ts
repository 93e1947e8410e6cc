import type { Scenario } from '../../../contracts/scenario/scenario.js';
import type { Step } from '../../../contracts/scenario/steps.js';
import { eachStep } from '../../../language/each-step.js';
import { cursorAt, type Context, type Path } from '../../resolve/context.js';

type Parts = Pick<Scenario, 'services' | 'gateways' | 'workloads' | 'projections'>;

/** Reports reads of a topic's view by another key than that of its messages: no read would ever be stale. */
export function checkTopicViews(context: Context, parts: Parts): void {
  const views = [...parts.projections.values()].filter(({ source }) => source === 'topic');
  if (views.length === 0) return;
  const keys = new Map<string, Set<string | null>>();
  eachStepOf(parts, (step) => {
    if (step.verb !== 'publish') return;
    keys.set(step.topic, (keys.get(step.topic) ?? new Set()).add(step.key));
  });
  eachStepOf(parts, (step, path) => {
    if (step.verb !== 'query' || step.of === null) return;
    const { projection, key } = step.of;
    const view = views.find(({ name }) => name === projection);
    for (const other of keys.get(view?.from ?? '') ?? []) {
      if (other === key) continue;
      const how = other === null ? 'without a key' : `with the key ${other}`;
      const message = `${projection} is read by ${key}, but messages of ${view!.from} are published ${how}: use one key for both`;
      cursorAt(context, ...path).conflict(message);
    }
  });
}

function eachStepOf(
  { services, gateways, workloads }: Parts,
  visit: (step: Step, path: Path) => void,
): void {
  const read = (steps: readonly Step[], path: Path): void =>
    eachStep(steps, (step) => visit(step, path));
  for (const [name, { endpoints }] of services) {
    for (const [part, { steps }] of endpoints) read(steps, ['services', name, 'endpoints', part]);
  }
  for (const [name, { routes }] of gateways) {
    routes.forEach(({ steps }, k) => read(steps ?? [], ['gateways', name, 'routes', k]));
  }
  for (const [name, { requests }] of workloads) {
    requests.forEach(({ steps }, k) => read(steps, ['workloads', name, 'requests', k]));
  }
}
