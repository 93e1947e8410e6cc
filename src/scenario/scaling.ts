import { DISTRIBUTION_KINDS } from '../contracts/quantities/distribution-text.js';
import { scaledText } from '../contracts/quantities/scaled-text.js';
import type { Entry, MapNode, Node } from './located.js';
import { changeItems, get, isNull, scalar, text } from './located.js';

/** Multiplies a value by a factor; null if it is not a quantity. */
export function scaled(node: Node, factor: number): Node | null {
  if (node.type === 'list') return null;
  if (node.type === 'map') return scaledMap(node, factor);
  if (typeof node.value === 'number') return scalar(times(node.value, factor), node.at);
  if (typeof node.value !== 'string') return null;
  const text = scaledText(node.value, factor);
  return text === null ? null : scalar(text, node.at);
}

/**
 * Multiplies the rate of arrivals: every stage of a profile, both rates of a burst or a wave. The gap of a renewal
 * process is divided. null if they have no rate, such as a fixed number of users.
 */
export function scaledArrivals(node: Node, factor: number): MapNode | null {
  if (node.type !== 'map') return null;
  const rates = ['rate', 'start', 'mean', 'amplitude', 'base', 'peak'];
  const result = withFields(node, rates, (value) => scaled(value, factor));
  const stages = get(node, 'stages');
  if (stages?.type === 'list') {
    const ramps = changeItems(stages, (stage) =>
      stage.type !== 'map'
        ? stage
        : (withFields(stage, ['target'], (value) => scaled(value, factor)) ?? stage),
    );
    return withFields(result ?? node, ['stages'], () => ramps);
  }
  return result ?? withFields(node, ['gap'], (value) => scaled(value, 1 / factor));
}

/** Fields with the main quantity of a mapping. */
const MAIN: readonly string[] = ['time', 'after', 'cores', 'count'];

/** Multiplies a distribution in its long form, or the main quantity of a mapping. */
function scaledMap(node: MapNode, factor: number): Node | null {
  const main = MAIN.filter((key) => node.entries.has(key));
  if (main.length === 1) return withFields(node, main, (value) => scaled(value, factor));
  if (!DISTRIBUTION_KINDS.includes(text(get(node, 'kind')) ?? '')) return null;
  const fields = [...node.entries.keys()].filter((key) => key !== 'kind');
  return withFields(node, fields, (value) =>
    value.type === 'scalar' && typeof value.value === 'string' ? scaled(value, factor) : null,
  );
}

/** The mapping with some fields changed; null if none is. */
function withFields(
  node: MapNode,
  fields: readonly string[],
  by: (value: Node) => Node | null,
): MapNode | null {
  const changed = new Map<string, Entry>(node.entries);
  let isChanged = false;
  for (const field of fields) {
    const old = node.entries.get(field);
    if (old === undefined || isNull(old.value)) continue;
    const value = by(old.value);
    if (value === null) continue;
    changed.set(field, { key: old.key, value });
    isChanged = true;
  }
  return isChanged ? { ...node, entries: changed } : null;
}

/** Multiplies and removes the rounding noise of binary fractions: 0.1 x 3 is 0.3. */
function times(value: number, factor: number): number {
  return Number((value * factor).toPrecision(12));
}
