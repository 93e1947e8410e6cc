import type { Result, TopologyNode, VariantResult } from '../spec/result.js';

/** A component as a variant has it. */
export interface VariantNode extends TopologyNode {
  /** False where its patch changes its sizes in a way of which the result has no numbers; those left say nothing then. */
  readonly isSized: boolean;
}

/**
 * A component as a variant has it. The topology of a result is that of the baseline: where the patch of another variant
 * sets a size to a number, that stands in its place.
 */
export function nodeIn(
  { variants }: Result,
  variant: VariantResult,
  node: TopologyNode,
): VariantNode {
  const baseline = variants.find((each) => each.baseline) ?? variants[0]!;
  const own = changesOf(variant, node);
  const ofBase = changesOf(baseline, node);
  const differing = [...new Set([...own.keys(), ...ofBase.keys()])].filter(
    (path) => JSON.stringify(own.get(path)) !== JSON.stringify(ofBase.get(path)),
  );
  const sized = { ...node, isSized: true };
  if (differing.length === 0) return sized;
  // What the baseline alone changes is in the file as it is written, of which the result has nothing.
  const changed = differing.every((path) => own.has(path)) ? resized(sized, own, differing) : null;
  return (
    changed ?? { ...sized, concurrency: null, cores: null, queueCapacity: null, isSized: false }
  );
}

/** A value that a patch sets; undefined where it takes it away, a list where it adds. */
type Change = { readonly value?: unknown };

/** What of a component decides how large it is: keys of it in a scenario. */
const SIZING = new Set(
  `extends kind runtime replicas concurrency queue cpu admission autoscaling external version versions rollout capacity
  maxConnections shards partitions threadPools maxConcurrency concurrencyPerInstance provisioned reserved`.split(
    /\s+/,
  ),
);
/** Sections of a scenario that change components of any other. */
const EVERYWHERE = new Set(['defaults', 'templates', 'include']);

/** What the patch of a variant changes of the sizes of a component, by its path inside it; `` = all of it. */
function changesOf({ patch }: VariantResult, node: TopologyNode): ReadonlyMap<string, Change> {
  const changes = new Map<string, Change>();
  const all: [string, Change][] = [
    ...patch.remove.map((path): [string, Change] => [path, {}]),
    ...patch.set.map(({ path, value }): [string, Change] => [path, { value }]),
    ...patch.add.map(({ path, values }): [string, Change] => [path, { value: values }]),
  ];
  for (const [path, change] of all) {
    const [section, name, key, ...rest] = path.split('.');
    if (EVERYWHERE.has(section!)) changes.set(`/${path}`, change);
    else if (name === node.name && key === undefined) changes.set('', change);
    else if (name === node.name && SIZING.has(key!) && matters(node, key!))
      changes.set([key, ...rest].join('.'), change);
  }
  return changes;
}

/** Cores are slots of stores and event loops alone. */
function matters({ kind, runtime }: TopologyNode, key: string): boolean {
  const isHost = kind === 'service' || kind === 'gateway';
  return key !== 'cpu' || !isHost || runtime === 'eventLoop';
}

/** The component with what is set to plain numbers; null where anything else is changed. */
function resized(
  node: VariantNode,
  changes: ReadonlyMap<string, Change>,
  paths: readonly string[],
): VariantNode | null {
  if (node.kind !== 'service' && node.kind !== 'gateway') return null;
  const { scaling, ...fixed } = node;
  const own = paths.includes('autoscaling') ? undefined : scaling;
  const isScaled = scaling !== undefined && scaling.min !== scaling.max;
  let changed: VariantNode = own === undefined ? fixed : node;
  for (const path of paths) {
    const { value } = changes.get(path)!;
    const next =
      typeof value === 'number' || value === undefined ? withSize(changed, path, value) : null;
    if (next === null) return null;
    changed = next;
  }
  // Without its autoscaler there are as many as the file says, which only the patch may tell.
  const isLeft = isScaled && own === undefined && changes.get('replicas')?.value === undefined;
  return isLeft ? null : changed;
}

/** The component with one size changed; null where that is none that is known here. */
function withSize(node: VariantNode, path: string, value: number | undefined): VariantNode | null {
  const { scaling } = node;
  if (path === 'autoscaling') return value === undefined ? node : null;
  if (path === 'concurrency') return { ...node, concurrency: value ?? null };
  if (value === undefined) return null;
  if (path === 'queue.capacity') return { ...node, queueCapacity: value };
  if (path === 'replicas') {
    if (scaling === undefined) return { ...node, replicas: value };
    // What a rollout replaces one by one stays as many; an autoscaler only begins with these.
    return scaling.min === scaling.max ? { ...node, scaling: { min: value, max: value } } : node;
  }
  const end = path === 'autoscaling.min' ? 'min' : path === 'autoscaling.max' ? 'max' : null;
  if (end === null || scaling === undefined) return null;
  return { ...node, scaling: { ...scaling, [end]: value } };
}
