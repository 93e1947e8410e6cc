import {
  get,
  list,
  map,
  pathText,
  scalar,
  text,
  type Node,
  type PathKey,
  type Place,
} from '../located.js';
import { warmupOf } from './balancing.js';
import type { Move } from './moves.js';

/** Rollouts that give every request to the new version once it is ready. */
const AT_ONCE: ReadonlySet<string> = new Set(['rolling', 'recreate']);
/** What a gradual rollout keeps of another one. */
const KEPT = ['to', 'at'] as const;
/** Times between two checks of the new version, the usual one first. */
const INTERVALS = ['30s', '10s'] as const;

/**
 * A rollout that an analysis takes back: a quarter of the requests goes to the new version for a minute, and those that
 * fail send all of them to the old one. Readiness, for which other rollouts wait, says nothing of failures.
 */
export function watched(component: Node, path: readonly PathKey[]): readonly Move[] {
  const rollout = get(component, 'rollout');
  if (rollout?.type !== 'map' || get(rollout, 'analysis') !== undefined) return [];
  const { at } = rollout;
  const kind = text(get(rollout, 'kind')) ?? 'rolling';
  return INTERVALS.map((interval): Move => {
    const analysis = nodeOf({ expect: ['canary.success >= 99%'], interval }, at);
    const own = [...path, 'rollout'];
    if (!AT_ONCE.has(kind))
      return { path: pathText([...own, 'analysis']), value: analysis, effort: 3 };
    const kept = KEPT.flatMap((name) => {
      const value = get(rollout, name);
      return value === undefined ? [] : [[name, { key: at, value }] as const];
    });
    const added = nodeOf(
      { kind: 'canary', routing: 'replicas', steps: [{ weight: '25%' }, { pause: '1m' }] },
      at,
    );
    const value = map(
      new Map([
        ...kept,
        ...(added.type === 'map' ? added.entries : []),
        ['analysis', { key: at, value: analysis }] as const,
      ]),
      at,
    );
    return { path: pathText(own), value, before: rollout, effort: 3 };
  });
}

/** Replicas that a rolling rollout adds first, where it may take none away: the default of Kubernetes. */
const SURGE = '25%';

/** A rollout that takes an instance away only once a new one is ready. Its default takes a quarter away. */
export function surging(component: Node, path: readonly PathKey[]): readonly Move[] {
  const rollout = get(component, 'rollout');
  if (rollout?.type !== 'map') return [];
  const kind = text(get(rollout, 'kind')) ?? 'rolling';
  if (kind !== 'rolling') return [];
  const { at } = rollout;
  const [missing, added] = ['maxUnavailable', 'maxSurge'].map((name) => get(rollout, name));
  if (isNone(missing)) return [];
  const own = (name: string): string => pathText([...path, 'rollout', name]);
  const more = { path: own('maxSurge'), value: scalar(SURGE, at), before: added };
  return [
    {
      path: own('maxUnavailable'),
      value: scalar(0, at),
      before: missing ?? scalar(SURGE, at),
      effort: 1,
      size: 1,
      ...(isNone(added) && { needs: [more] }),
    },
  ];
}

/** Rollouts that wait for new instances, one group after the other. */
const STEPWISE: ReadonlySet<string> = new Set(['rolling', 'canary']);

/** A rollout that goes on only once the new instances are warm. A deployment counts them as soon as they are ready. */
export function settled(component: Node, path: readonly PathKey[]): readonly Move[] {
  const rollout = get(component, 'rollout');
  const duration = warmupOf(component);
  if (rollout?.type !== 'map' || duration === undefined) return [];
  const before = get(rollout, 'minReady');
  if (!STEPWISE.has(text(get(rollout, 'kind')) ?? 'rolling') || before !== undefined) return [];
  return [
    { path: pathText([...path, 'rollout', 'minReady']), value: duration, effort: 1, size: 1 },
  ];
}

function isNone(node: Node | undefined): boolean {
  return node?.type === 'scalar' && ['0', '0%'].includes(String(node.value));
}

/** A plain value as it would be read at a place. */
type Plain = string | readonly Plain[] | { readonly [name: string]: Plain };

function nodeOf(value: Plain, at: Place): Node {
  if (typeof value === 'string') return scalar(value, at);
  if (isList(value))
    return list(
      value.map((item) => nodeOf(item, at)),
      at,
    );
  const entries = Object.entries(value).map(
    ([name, own]) => [name, { key: at, value: nodeOf(own, at) }] as const,
  );
  return map(new Map(entries), at);
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}
