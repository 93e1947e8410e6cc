import { eachStep } from '../language/each-step.js';
import { targetOf } from '../language/databases.js';
import type { Plan, PlanPart } from '../contracts/plan/plan.js';
import type { Route } from '../contracts/scenario/routes.js';
import type { Target } from '../contracts/scenario/target.js';
import { diskOf } from './disks.js';
import { partOf, type LaidPart, type Layout } from './layout.js';
import { answersOf } from './modules/index.js';
import type { Onces } from './onces.js';
import { fullName } from './programs.js';
import { responseBytesOf } from './sizes.js';
import { possibleRoutes } from '../language/routes.js';

/** All priorities that parts set, ascending. */
export function prioritiesOf(layout: Layout): readonly number[] {
  const given = layout.parts.map(priorityOf).filter((priority) => priority !== null);
  return [...new Set(given)].sort((a, b) => a - b);
}

/** Plans the parts of all components. `programs`: by part, the offset of its first instruction. */
export function planParts(
  layout: Layout,
  programs: readonly number[],
  onces: Onces,
  priorities: readonly number[],
): Plan['parts'] {
  return layout.parts.map((part) => planPart(layout, part, programs[part.id]!, onces, priorities));
}

function planPart(
  layout: Layout,
  part: LaidPart,
  program: number,
  onces: Onces,
  priorities: readonly number[],
): Plan['parts'][number] {
  const { source } = part;
  const priority = priorityOf(part);
  return {
    name: part.name,
    component: part.component.id,
    program,
    idempotent: repeatable(layout, part, layout.components.length),
    responseBytes: responseBytesOf(part),
    once: onces.use(source.kind === 'endpoint' ? source.endpoint.once : null, fullName(part)),
    priority: priority === null ? -1 : priorities.indexOf(priority),
    ...requestLineOf(part),
    asked: askedMethodOf(layout, part),
    disk: diskOf(part).bits,
  };
}

/** Priority that a part sets for its requests; null = it keeps theirs. */
function priorityOf({ source }: LaidPart): number | null {
  if (source.kind === 'request') return source.request.priority;
  return source.kind === 'endpoint' ? source.endpoint.priority : null;
}

/**
 * Whether a second execution is harmless. A route is repeatable if all its targets are; `hops` bounds cycles of
 * gateways.
 */
function repeatable(layout: Layout, part: LaidPart, hops: number): boolean {
  const { source } = part;
  switch (source.kind) {
    case 'endpoint':
      return source.endpoint.idempotent || source.endpoint.readOnly;
    case 'operation':
      return !source.operation.write;
    case 'unmatched':
      return true;
    case 'commit':
    case 'request':
      return false;
    case 'route':
      return targetsOf(source.route).every((target) =>
        partsBehind(layout, target).every(
          (callee) => hops > 0 && repeatable(layout, callee, hops - 1),
        ),
      );
    default:
      return answersOf(source).repeatable;
  }
}

/** The called part, or all parts of a gateway that selects one itself. */
function partsBehind(layout: Layout, target: Target): readonly LaidPart[] {
  const component = layout.byName.get(target.component)!;
  return target.part === null ? component.parts : [partOf(component, target.part)];
}

/** All targets of a route: its destinations, its mirror, and those that its steps call. */
function targetsOf({ to, mirror, steps }: Route): readonly Target[] {
  const targets = to.map(({ target }) => target);
  if (mirror !== null) targets.push(mirror.target);
  eachStep(steps ?? [], (step) => {
    if (step.verb === 'call') targets.push(step.to);
    if (step.verb === 'query') targets.push(targetOf(step));
    if (step.verb === 'load') targets.push({ component: step.store, part: 'read' });
    if (step.verb === 'append') targets.push({ component: step.store, part: 'append' });
  });
  return targets;
}

/** HTTP method and path of a part. A route that matches several has none. */
function requestLineOf({ source }: LaidPart): Pick<PlanPart, 'method' | 'path'> {
  if (source.kind === 'endpoint') return { method: source.endpoint.method, path: null };
  if (source.kind !== 'route') return { method: null, path: null };
  const { methods, paths } = source.route;
  return {
    method: methods.length === 1 ? methods[0]! : null,
    path: paths.length === 1 ? paths[0]! : null,
  };
}

/** Method that all calls write which reach a route; null if they differ, or one writes none. */
function askedMethodOf({ incoming }: Layout, { source }: LaidPart): string | null {
  if (source.kind !== 'route') return null;
  const { route, gateway } = source;
  const lines = (incoming.get(gateway.name) ?? []).map(({ line }) => line);
  const own = lines.filter((line) => possibleRoutes(gateway, line).includes(route));
  const methods = new Set(own.map(({ method }) => method?.toUpperCase() ?? null));
  return methods.size === 1 ? [...methods][0]! : null;
}
