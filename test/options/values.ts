import type { JsonSchema } from '../../src/scenario/json-schema.js';
import type { Tree } from './figures.js';
import { formsOf, mapOf, resolved } from './schema.js';

/** Texts of each quantity, from small to large; those that a pattern takes are tried. */
const TEXTS: readonly string[] = [
  ...['3ms', '400ms', '0ms', '5s', '40ms', '100us', '1h'],
  ...['30%', '90%', '0%', '5%', '100%'],
  ...['4KiB', '3MiB', '64B', '300MiB'],
  ...['20KiB/s', '5MiB/s'],
  ...['7/s', '120/s', '1000/s', '1/min'],
  ...['poisson(20/s)', 'constant(70/s)', 'closed(5, 20ms)'],
  ...['zipf(20, 1.2)', 'uniform(3)', 'unique()'],
  ...['any', 'quorum(1)', 'bestEffort(20ms)', 'all'],
  ...['replica', 'nearest', 'primary', 'replicaIfLag(5ms)'],
  ...['eventual', 'monotonic', 'clientMerge', 'waitForVersion(50ms)', 'stickyPrimary(1s)'],
];
const NAMED: ReadonlySet<string> = new Set(['request', 'client', 'workload', 'caller']);

/** Candidate values of a leaf, those near `present` first. `names`: names in the scenario. */
export function candidates(
  leaves: readonly JsonSchema[],
  present: unknown,
  names: readonly string[],
): readonly unknown[] {
  const found: unknown[] = [];
  for (const leaf of leaves) found.push(...ofLeaf(leaf, present, names));
  const seen = new Set([JSON.stringify(present)]);
  return found.filter((value) => {
    const text = JSON.stringify(value);
    return !seen.has(text) && seen.add(text);
  });
}

function ofLeaf(leaf: JsonSchema, present: unknown, names: readonly string[]): unknown[] {
  const name = String(leaf.$ref ?? (leaf.allOf as JsonSchema[] | undefined)?.[0]?.$ref ?? '');
  if (name.endsWith('/distribution')) return ['0ms', '30ms', 'exponential(150ms)', '2s'];
  if (name.endsWith('/countDistribution')) return [3, 1, 'uniform(1, 6)', 0, 20];
  if (name.endsWith('/stepCount')) return [3, 1, 'messages', 'uniform(1, 6)', 0, 20];
  const node = resolved(leaf);
  if (Array.isArray(node.enum)) return [...(node.enum as unknown[])];
  const { type } = node;
  const types = Array.isArray(type) ? (type as string[]) : [String(type)];
  return types.flatMap((one): readonly unknown[] => {
    if (one === 'boolean') return [true, false];
    if (one === 'integer' || one === 'number') return numbers(node, present, one === 'integer');
    if (one === 'string') return texts(node, present, names);
    if (one === 'array')
      return [
        ['200ms', '300ms'],
        [1, 2],
      ];
    return [];
  });
}

function numbers(node: JsonSchema, present: unknown, isWhole: boolean): number[] {
  const standard = typeof node.default === 'number' ? node.default : null;
  const at = typeof present === 'number' ? present : standard;
  const near = at === null ? [] : [at * 4, at / 4, at + 1, at - 1, at * 50, at / 50];
  const min = Number(node.minimum ?? node.exclusiveMinimum ?? 0);
  const max = Number(node.maximum ?? node.exclusiveMaximum ?? 1e6);
  const all = [...near, 2, 1, 10, 100, 503, 429, 0.5, 1000, min, 0];
  const fits = (value: number): boolean =>
    value >= min &&
    value <= max &&
    !(value === node.exclusiveMinimum || value === node.exclusiveMaximum);
  return all.map((value) => (isWhole ? Math.floor(value) : value)).filter(fits);
}

function texts(node: JsonSchema, present: unknown, names: readonly string[]): string[] {
  const pattern = node.pattern === undefined ? null : new RegExp(String(node.pattern));
  if (pattern === null) return [...near(present), ...TEXTS.slice(0, 3), 'x1', ...names];
  const taken = [...near(present), ...TEXTS].filter((text) => pattern.test(text));
  if (taken.some((text) => /\d/.test(text)) && !pattern.test('a-name')) return taken;
  const own = [...names, ...NAMED, 'POST', '/other', 'x1'];
  return [...taken, ...own.filter((text) => pattern.test(text))];
}

/** A quantity, much smaller and much larger than it is. */
function near(present: unknown): string[] {
  const match = typeof present === 'string' ? /^(\d+(?:\.\d+)?)([^\d].*)$/.exec(present) : null;
  if (match === null) return [];
  const [, amount, unit] = match;
  return [0.2, 5, 0.02, 40]
    .map((factor) => Number((Number(amount) * factor).toPrecision(6)))
    .map((value) => `${value}${unit}`);
}

/** The smallest value that a schema accepts, for required fields around a tried option. */
export function smallest(node: JsonSchema, names: readonly string[], depth = 0): unknown {
  const at = resolved(node);
  if ('const' in at) return at.const;
  if (at.default !== undefined) return at.default;
  const forms = formsOf(at).filter((form) => resolved(form).type !== 'null');
  if (forms.length > 0) return smallest(forms[0]!, names, depth + 1);
  if (at.type === 'object' || at.properties !== undefined) return bare(at, names, depth + 1);
  if (at.type === 'array') return [];
  return candidates([node], undefined, names)[0];
}

/** An object with the fields that have to be there. */
export function bare(node: JsonSchema, names: readonly string[], depth = 0): Tree {
  const at = resolved(node);
  const made: Tree = {};
  if (depth > 6) return made;
  const fields = mapOf(at.properties);
  for (const name of (at.required ?? []) as readonly string[]) {
    const field = fields[name];
    if (field !== undefined) made[name] = smallest(field, names, depth);
  }
  return made;
}

/** Names in a scenario: components, their parts, keys, classes, zones. */
export function namesIn(tree: Tree): readonly string[] {
  const found = new Set<string>();
  for (const section of ['keys', 'services', 'gateways', 'functions', 'databases', 'topics']) {
    addNames(found, tree[section]);
  }
  for (const section of ['queues', 'caches', 'eventStores', 'brokers', 'sagas', 'workloads']) {
    addNames(found, tree[section]);
  }
  addNames(found, (tree.network as Tree | undefined)?.zones);
  addNames(found, tree.policies);
  return [...found];
}

function addNames(found: Set<string>, section: unknown): void {
  if (typeof section !== 'object' || section === null) return;
  for (const [name, entry] of Object.entries(section)) {
    found.add(name);
    if (typeof entry !== 'object' || entry === null) continue;
    for (const parts of ['endpoints', 'operations', 'streams', 'levels']) {
      const inner = (entry as Tree)[parts];
      if (typeof inner !== 'object' || inner === null) continue;
      for (const part of Object.keys(inner)) {
        found.add(`${name}.${part}`);
        found.add(part);
      }
    }
  }
}
