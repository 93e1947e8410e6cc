import { get, map, pathText, scalar, single, text, type Node, type PathKey } from '../located.js';
import type { SettingChange } from './change.js';
import type { Move } from './moves.js';

/** Sections whose instances callers can check. */
const CHECKED: readonly string[] = ['services', 'gateways'];
/** Times between two checks: the default of Envoy's users, and a quicker one. */
const INTERVALS = ['5s', '1s'] as const;

/**
 * How callers notice instances that are gone, such as those of a lost zone, and go on without them: health checks, and no
 * panic threshold, below which they pick all instances, also the dead ones. Only of components with several instances.
 */
export function noticing(node: Node, path: readonly PathKey[]): readonly Move[] {
  const [section] = path;
  const isSeveral = ['replicas', 'autoscaling'].some((name) => get(node, name) !== undefined);
  if (!CHECKED.includes(String(section)) || !isSeveral) return [];
  const never = withoutPanic(node, path);
  const isChecked = get(node, 'healthChecks') !== undefined;
  const panics = never === null ? [] : [never];
  if (isChecked || get(node, 'outlierDetection') !== undefined)
    return panics.map((change): Move => ({ ...change, effort: 1, size: 1 }));
  const own = pathText([...path, 'healthChecks']);
  const checks = (interval: string, needs: readonly SettingChange[]): Move => ({
    path: own,
    value: single('interval', scalar(interval, node.at)),
    effort: 3,
    ...(needs.length > 0 && { needs }),
  });
  return INTERVALS.flatMap((interval) => [
    checks(interval, []),
    ...panics.map((change) => checks(interval, [change])),
  ]);
}

/** The change after which callers never pick instances that they know to be gone; null if it is made already. */
function withoutPanic(node: Node, path: readonly PathKey[]): SettingChange | null {
  const { at } = node;
  const own = get(node, 'loadBalancing');
  const none = scalar('0%', at);
  const below = [...path, 'loadBalancing'];
  if (own?.type === 'map') {
    const before = get(own, 'panicThreshold');
    const isNone = before?.type === 'scalar' && ['0%', '0', 'null'].includes(String(before.value));
    const change = { path: pathText([...below, 'panicThreshold']), value: none };
    return isNone ? null : { ...change, ...(before !== undefined && { before }) };
  }
  const kind = scalar(text(own) ?? 'roundRobin', at);
  const value = map(
    new Map([
      ['kind', { key: at, value: kind }],
      ['panicThreshold', { key: at, value: none }],
    ]),
    at,
  );
  return { path: pathText(below), value, ...(own !== undefined && { before: own }) };
}
