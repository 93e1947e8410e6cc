import { policyNames } from '../patterns/registry.js';
import { bundleIdAt } from '../scenario/resolve/bundles.js';
import { plain, type MapNode, type PathKey } from '../scenario/located.js';
import { parsePath } from '../scenario/paths.js';
import type { Plan } from '../contracts/plan/plan.js';

/** A call that uses a bundle of policies. */
export interface Call {
  readonly from: string;
  readonly to: string;
}

/** A changed setting of a component. */
export interface ComponentAct {
  readonly on: 'component';
  readonly path: string;
  /** The new value as plain data; null = removed. */
  readonly value: unknown;
  readonly section: string;
  readonly name: string;
  /** The field within the component; an entry of a list is `[]`. */
  readonly field: string;
  readonly component: Plain;
}

/** A changed setting of the calls that use a bundle. */
export interface CallsAct {
  readonly on: 'calls';
  readonly path: string;
  readonly value: unknown;
  readonly calls: readonly Call[];
  readonly policy: string;
  /** The field within the policy; '' = the policy itself. */
  readonly field: string;
  readonly bundle: Plain;
}

/** A changed setting, and where it acts. */
export type Act = ComponentAct | CallsAct;

/** A mapping of plain data. */
export type Plain = Readonly<Record<string, unknown>>;

/** Settings beside the policies of a bundle. */
const BESIDE: readonly string[] = ['outlierDetection', 'connections', 'loadBalancing'];

/** Where the changes of some settings act. `written`: the scenario before them. */
export function actsOf(
  changes: readonly { readonly path: string; readonly value: unknown }[],
  written: MapNode,
  plan: Plan,
): readonly Act[] {
  const tree = plain(written) as Record<string, unknown>;
  const all = changes.map(({ path, value }) => ({ path, value, keys: keysOf(path) }));
  for (const { keys, value } of all) change(tree, keys, value);
  return all.map(({ path, value, keys }): Act => {
    const at = keys.findIndex(
      (key, k) => k > 1 && [...policyNames, ...BESIDE].includes(String(key)),
    );
    if (at < 0 || isOfDatabase(keys))
      return {
        on: 'component',
        path,
        value,
        section: String(keys[0]),
        name: String(keys[1]),
        field: fieldOf(keys.slice(2)),
        component: mapAt(tree, keys.slice(0, 2)),
      };
    const own = keys.slice(0, at);
    return {
      on: 'calls',
      path,
      value,
      calls: callsOf(bundleIdAt(written, own).replace(/^mesh\./, 'mesh '), plan),
      policy: String(keys[at]),
      field: fieldOf(keys.slice(at + 1)),
      bundle: mapAt(tree, own),
    };
  });
}

function isOfDatabase([section]: readonly PathKey[]): boolean {
  return section === 'databases';
}

function keysOf(path: string): readonly PathKey[] {
  const parsed = parsePath(path);
  if (!parsed.ok) return [path];
  return parsed.segments.map((segment) =>
    segment.kind === 'index' ? segment.index : segment.kind === 'key' ? segment.key : segment.name,
  );
}

function fieldOf(keys: readonly PathKey[]): string {
  return keys
    .map((key) => (typeof key === 'number' ? '[]' : `.${key}`))
    .join('')
    .replace(/^\./, '');
}

function change(tree: Record<string, unknown>, keys: readonly PathKey[], value: unknown): void {
  let node = tree as Record<PathKey, unknown>;
  for (const key of keys.slice(0, -1)) {
    const below = node[key];
    // A policy in its short form is replaced by the mapping that a change of a field makes of it.
    if (typeof below !== 'object' || below === null) node[key] = {};
    node = node[key] as Record<PathKey, unknown>;
  }
  const last = keys.at(-1)!;
  if (value === null) Reflect.deleteProperty(node, last);
  else node[last] = value;
}

function mapAt(tree: Plain, keys: readonly PathKey[]): Plain {
  let node: unknown = tree;
  for (const key of keys) {
    if (typeof node !== 'object' || node === null) return {};
    node = (node as Record<PathKey, unknown>)[key];
  }
  return typeof node === 'object' && node !== null ? (node as Plain) : {};
}

/** The calls between components whose bundle has this label, each once. */
function callsOf(label: string, { bundles, edges, parts, components }: Plan): readonly Call[] {
  const calls = new Map<string, Call>();
  for (const { bundle, from, to } of edges) {
    if (!bundles[bundle]!.id.split(' + ').includes(label)) continue;
    const caller = components[parts[from]!.component]!;
    const callee = components[parts[to]!.component]!;
    if (caller.kind === 'workload') continue;
    calls.set(`${caller.name} ${callee.name}`, { from: caller.name, to: callee.name });
  }
  return [...calls.values()];
}
