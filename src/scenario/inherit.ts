import type { Problem, Problems } from './diagnostics.js';
import type { Entry, MapNode, Node, PathKey } from './located.js';
import { change, changeAll, get, items, map, text } from './located.js';
import { layPools } from './inherit-pools.js';
import { merge } from './merge.js';
import { DEFAULTS_ORDER, MODULES, SECTIONS } from './modules/index.js';
import { layCluster } from './clusters.js';
import { visitScenario } from './walk.js';
import type { Code } from './codes.js';

/** Sections whose entries can extend templates and inherit from `defaults.<section>`. */
export const INHERITING: readonly string[] = [
  'services',
  'gateways',
  'functions',
  'databases',
  ...DEFAULTS_ORDER,
  'workloads',
];

/** Merges every component over its templates, and the result over the defaults of its section. */
export function inheritTemplates(root: MapNode, problems: Problems): MapNode {
  const pool = new Pool(get(root, 'templates'), 'template', problems);
  let result = root;
  for (const section of INHERITING) {
    const defaults = get(get(root, 'defaults'), section);
    result = change(result, section, (all) =>
      changeAll(all, (entry, name) => {
        const own = pool.resolve(entry, [section, name]);
        return defaults?.type === 'map' ? merge(defaultsFor(own, defaults, section), own) : own;
      }),
    );
  }
  for (const own of SECTIONS) {
    result = change(result, own, (all) => changeAll(all, MODULES[own].inherit));
  }
  return change(result, 'databases', (all) => changeAll(all, layPools));
}

/**
 * Fields of `defaults.services` and `defaults.gateways` that an external component does not inherit: they describe how
 * your own processes run, and a payment provider has none of them. Fields that its callers use are inherited.
 */
export const OF_OWN_HOSTS: readonly string[] = [
  ...['replicas', 'zone', 'runtime', 'concurrency', 'queue', 'cpu', 'cancellation', 'rejectWork'],
  ...['admission', 'memory', 'lifecycle', 'probes', 'autoscaling', 'resources', 'disruptionBudget'],
  ...['discovery', 'middleware', 'outbound', 'outbox', 'version', 'versions', 'rollout'],
];

/** The defaults that an entry inherits. */
function defaultsFor(own: Node, defaults: MapNode, section: string): MapNode {
  const external = get(own, 'external');
  const isExternal = external?.type === 'scalar' && external.value === true;
  if (!isExternal || (section !== 'services' && section !== 'gateways')) return defaults;
  const kept = new Map(defaults.entries);
  for (const field of OF_OWN_HOSTS) kept.delete(field);
  return { ...defaults, entries: kept };
}

/** Resolves `extends` of every bundle: in `policies`, at calls, and within fallbacks. */
export function inheritPolicies(root: MapNode, problems: Problems): MapNode {
  const pool = new Pool(get(root, 'policies'), 'policy', problems);
  const clusters = change(root, 'clusters', (all) =>
    changeAll(all, (cluster, name) => pool.resolve(cluster, ['clusters', name])),
  );
  // The bundles whose fallbacks enclose the current one.
  const around: string[] = [];
  let inside = 0;
  return visitScenario(root, {
    policy: (node, path, inner) => {
      const own = path.length === 2 && path[0] === 'policies' ? [String(path[1])] : basesOf(node);
      const again = own.find((name) => around.includes(name));
      if (around.length > 0) inside++;
      if (again !== undefined || inside > INSIDE_MAX) {
        const message =
          again === undefined
            ? `more than ${INSIDE_MAX} bundles nested in fallbacks`
            : `${[...around, again].join(' -> ')}: the steps of a fallback use their own bundle again`;
        if (inside <= INSIDE_MAX + 1) {
          problems.add({ code: 'FL304', at: node.at, path, message });
        }
        return map(new Map(), node.at);
      }
      around.push(...own);
      const merged = pool.resolve(node, path);
      const result = inner(layCluster(get(clusters, 'clusters'), merged, path, problems));
      around.length -= own.length;
      return result;
    },
  }) as MapNode;
}

/** Largest number of bundles in fallbacks. More indicate a faulty generator. */
const INSIDE_MAX = 10_000;

function basesOf(node: Node): readonly string[] {
  const bases = get(node, 'extends');
  if (bases === undefined) return [];
  return (bases.type === 'list' ? items(bases) : [bases]).flatMap((base) => text(base) ?? []);
}

/** Longest chain of `extends`. A longer one indicates a faulty generator. */
const CHAIN_MAX = 100;

/** An entry without the key `extends`, and how many levels of bases are below it. */
interface Merged {
  readonly node: Node;
  readonly levels: number;
}

/** Named mappings that entries can extend. */
class Pool {
  private readonly done = new Map<string, Merged>();
  private cycles = 0;

  constructor(
    private readonly named: Node | undefined,
    private readonly what: string,
    private readonly problems: Problems,
  ) {}

  /** The entry merged over its bases, without the key `extends`. */
  resolve(entry: Node, path: readonly PathKey[]): Node {
    return this.merged(entry, path, []).node;
  }

  private merged(entry: Node, path: readonly PathKey[], chain: readonly string[]): Merged {
    const bases = get(entry, 'extends');
    if (entry.type !== 'map' || bases === undefined) return { node: entry, levels: 0 };
    let below: Node = map(new Map(), entry.at);
    let levels = 0;
    for (const base of bases.type === 'list' ? items(bases) : [bases]) {
      const resolved = this.base(base, path, chain);
      if (resolved === null) continue;
      below = merge(below, resolved.node);
      levels = Math.max(levels, resolved.levels + 1);
    }
    const own = new Map<string, Entry>(entry.entries);
    own.delete('extends');
    const merged = merge(below, { ...entry, entries: own });
    return { node: { ...merged, at: entry.at }, levels };
  }

  private base(node: Node, path: readonly PathKey[], chain: readonly string[]): Merged | null {
    const name = text(node);
    const wrong = (code: Code, message: string, words: Pick<Problem, 'found' | 'allowed'> = {}) => {
      this.problems.add({ code, at: node.at, path: [...path, 'extends'], message, ...words });
      return null;
    };
    if (name === undefined) {
      return wrong('FL204', `extends needs the name of a ${this.what}, or a list of names`);
    }
    const found = get(this.named, name);
    if (found === undefined) {
      const allowed = this.named?.type === 'map' ? [...this.named.entries.keys()] : [];
      const message = `there is no ${this.what} ${JSON.stringify(name)}`;
      return wrong('FL303', message, { found: name, allowed });
    }
    const cached = this.done.get(name);
    if (chain.length + (cached?.levels ?? 0) > CHAIN_MAX) {
      return wrong('FL304', `more than ${CHAIN_MAX} levels of extends`);
    }
    if (cached !== undefined) return cached;
    if (chain.includes(name)) {
      this.cycles++;
      return wrong('FL304', `cycle of extends: ${[...chain, name].join(' -> ')}`);
    }
    const before = this.cycles;
    const section = this.what === 'policy' ? 'policies' : 'templates';
    const resolved = this.merged(found, [section, name], [...chain, name]);
    // What a cycle leaves out depends on where the chain begins.
    if (this.cycles === before) this.done.set(name, resolved);
    return resolved;
  }
}
