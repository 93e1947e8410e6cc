import {
  entries,
  get,
  items,
  pathText,
  scalar,
  text,
  type Node,
  type PathKey,
} from '../located.js';
import type { Move } from './moves.js';

/** Sections whose instances callers select. */
const SELECTED: readonly string[] = ['services', 'gateways'];

/** Kinds that give a slow instance as many calls as a quick one. */
const BLIND: readonly string[] = ['roundRobin', 'random'];

/** The kind that prefers instances with fewer calls in flight, as Envoy, nginx and AWS name it. */
const LEAST = 'leastRequest';

/**
 * Callers that select the instance with the fewest calls in flight, where instances may differ: one that warms up, or that
 * a fault makes slow, gets fewer calls then.
 */
export function balancing(
  written: Node,
  component: Node,
  path: readonly PathKey[],
): readonly Move[] {
  const [section, name] = path;
  const isSeveral = ['replicas', 'autoscaling'].some(
    (field) => get(component, field) !== undefined,
  );
  const isOpen = get(component, 'extends') === undefined && get(written, 'defaults') === undefined;
  if (!SELECTED.includes(String(section)) || !isSeveral || !isOpen) return [];
  if (warmupOf(component) === undefined && !isHitInPart(written, String(name))) return [];
  // A kind alone is a mapping with its kind by now.
  const own = get(component, 'loadBalancing');
  const before = get(own, 'kind');
  if (!BLIND.includes(text(before) ?? BLIND[0]!)) return [];
  const at = [...path, 'loadBalancing', ...(own === undefined ? [] : ['kind'])];
  const move = {
    path: pathText(at),
    value: scalar(LEAST, component.at),
    effort: 1,
    size: 1,
  } as const;
  return [before === undefined ? move : { ...move, before }];
}

/** The time in which a new instance is slower, of the component or of one of its versions; undefined without one. */
export function warmupOf(component: Node): Node | undefined {
  const all = [component, ...entries(get(component, 'versions')).map(([, { value }]) => value)];
  return all
    .map((own) => get(get(get(own, 'lifecycle'), 'warmup'), 'duration'))
    .find((duration) => duration !== undefined);
}

/** Whether a fault names some of the instances of a component. */
function isHitInPart(written: Node, name: string): boolean {
  return items(get(written, 'faults')).some((fault) => {
    const target = get(fault, 'target');
    const targets = (target?.type === 'list' ? target.items : [target]).map(
      (own) => text(own) ?? '',
    );
    const isSome = get(fault, 'instances') !== undefined;
    return targets.some((own) => own.startsWith(`${name}[`) || (isSome && own === name));
  });
}
