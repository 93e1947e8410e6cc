import type { DriftedSetting, DriftedSettings } from '../../contracts/result/drift.js';
import { plainKey } from '../../importing/traced-parts.js';
import {
  entries,
  get,
  items,
  pathText,
  plain,
  text,
  type Node,
  type PathKey,
} from '../../scenario/located.js';
import { canonicalJson } from '../../text/canonical.js';
import { flow } from '../../text/flow.js';
import type { Prepared } from '../prepare.js';

/** Sections whose entries are components. */
const COMPONENTS = ['services', 'gateways', 'databases', 'topics'] as const;
/** Sections without components that manifests set. */
const OTHERS = ['mesh', 'platform'] as const;
/** What components do: manifests only suggest it. */
const BEHAVIOUR: ReadonlySet<string> = new Set(['endpoints', 'operations', 'kind', 'external']);
/** Fields of a deployment: one that only the scenario has is not deployed. */
const DEPLOYED: ReadonlySet<string> = new Set([
  'replicas',
  'cpu',
  'memory',
  'resources',
  'probes',
  'lifecycle',
  'rollout',
  'disruptionBudget',
  'autoscaling',
]);
/** Fields that other files set: what only the scenario has counts where the manifests have some of it. */
const POLICIES: ReadonlySet<string> = new Set(['outbound', 'routes']);
/** Marks of values of an import that no manifest gives. */
const NOT_DEPLOYED = /(?:^|, )(?:guess|measured)/;
/** `k8s/orders.yaml:31`. */
const ORIGIN = /\S:\d+(?:, |$)/;

/**
 * Compares the settings of manifests, imported as a scenario of their own, with those of a scenario. Two values are the
 * same if the scenario means the same with either: `500m` and `0.5`, or a default that is not written.
 */
export function driftedSettings(
  scenario: Prepared,
  imported: Prepared,
  files: number,
): DriftedSettings {
  return new Comparison(scenario, imported).all(files);
}

class Comparison {
  private readonly own: Node;
  private readonly theirs: Node;
  private readonly names: ReadonlyMap<string, string>;
  private readonly usual: string;
  private readonly drifted: DriftedSetting[] = [];
  private compared = 0;

  constructor(
    private readonly scenario: Prepared,
    private readonly imported: Prepared,
  ) {
    this.own = writtenOf(scenario);
    this.theirs = writtenOf(imported);
    this.names = namesOf(this.own, this.theirs);
    this.usual = this.meaning([], []) ?? '';
  }

  all(files: number): DriftedSettings {
    for (const section of COMPONENTS) this.components(section);
    for (const section of OTHERS) {
      const theirs = get(this.theirs, section);
      if (theirs !== undefined) this.both([section], theirs, get(this.own, section), '');
    }
    return { files, compared: this.compared, drifted: this.drifted };
  }

  private components(section: (typeof COMPONENTS)[number]): void {
    const known = new Set<string>();
    for (const [name, { key, value }] of entries(get(this.theirs, section))) {
      const own = this.names.get(name);
      const from = originOf(this.imported.places.comment({ at: key }));
      if (own === undefined) {
        if (from === null) continue;
        const manifest = summaryOf(value);
        this.add({
          path: pathText([section, name]),
          kind: 'missing',
          scenario: null,
          at: null,
          manifest,
          from,
        });
        continue;
      }
      known.add(own);
      const place = COMPONENTS.find((one) => get(get(this.own, one), own) !== undefined)!;
      this.both([place, own], value, get(get(this.own, place), own), from ?? '');
    }
    if (get(this.theirs, section) === undefined) return;
    for (const [name, { key, value }] of entries(get(this.own, section))) {
      // A component without such a field may be that of another company.
      const isDeployed = entries(value).some(([field]) => DEPLOYED.has(field));
      if (
        known.has(name) ||
        !isDeployed ||
        get(value, 'external') !== undefined ||
        [...this.names.values()].includes(name)
      )
        continue;
      const spot = this.scenario.places.of({ at: key });
      const at = `${spot.file}:${spot.line}`;
      const path = pathText([section, name]);
      this.add({ path, kind: 'extra', scenario: summaryOf(value), at, manifest: null, from: null });
    }
  }

  /** A value of the manifests beside that of the scenario. `around`: where the value above is from. */
  private both(
    path: readonly PathKey[],
    theirs: Node,
    own: Node | undefined,
    around: string,
  ): void {
    const comment = theirs.type === 'map' ? '' : this.commentOf(theirs);
    if (NOT_DEPLOYED.test(comment)) return;
    if (own === undefined) return this.missing(path, theirs, around);
    if (theirs.type === 'map' && own.type === 'map') {
      for (const [key, { value }] of entries(theirs)) {
        if (path.length === 2 && BEHAVIOUR.has(key)) continue;
        const name = this.keyIn(own, key, path);
        this.both([...path, name], value, get(own, name), around);
      }
      return this.extra(path, theirs, own);
    }
    if (
      theirs.type === 'list' &&
      own.type === 'list' &&
      theirs.items.some(({ type }) => type === 'map')
    ) {
      theirs.items.forEach((item, k) => {
        const at = placeOf(item, k, own);
        this.both([...path, at], item, own.items[at], around);
      });
      return;
    }
    const from = originOf(comment) ?? originOf(this.commentOf(firstOf(theirs)));
    if (from === null) return;
    this.compared++;
    if (canonicalJson(plain(theirs)) === canonicalJson(plain(own))) return;
    if (this.meaning([{ path, value: theirs }], []) === this.usual) return;
    const [scenario, manifest] = [flow(plain(own)), flow(plain(theirs))];
    this.add({ path: pathText(path), kind: 'differs', scenario, at: this.at(own), manifest, from });
  }

  /** Something that only the manifests have, unless the scenario means the same without it. */
  private missing(path: readonly PathKey[], theirs: Node, around: string): void {
    const leaves = deployedIn(theirs, (node) => this.commentOf(node));
    if (leaves.length === 0) return;
    this.compared += leaves.length;
    if (this.meaning([{ path, value: theirs }], []) === this.usual) return;
    const from = originOf(this.commentOf(leaves[0]!)) ?? around;
    const manifest = flow(plain(this.deployedPart(theirs)));
    this.add({ path: pathText(path), kind: 'missing', scenario: null, at: null, manifest, from });
  }

  /** What only the scenario has, unless it means the same without it. */
  private extra(path: readonly PathKey[], theirs: Node, own: Node): void {
    const field = String(path[2] ?? '');
    const isDeployed = path[0] === 'mesh' || DEPLOYED.has(field) || POLICIES.has(field);
    for (const [key, { value }] of entries(own)) {
      const isKnown = entries(theirs).some(([other]) => this.keyIn(own, other, path) === key);
      if (isKnown || !(isDeployed || (path.length === 2 && DEPLOYED.has(key)))) continue;
      // The policies of a callee that the manifests do not have are those of its owner.
      if (path[0] === 'mesh' && path.length === 2) continue;
      // What proxies cost is measured, not deployed.
      if (path[0] === 'mesh' && path.length === 1 && key === 'proxy') continue;
      const full = [...path, key];
      if (this.meaning([], [full]) === this.usual) continue;
      const scenario = flow(plain(value));
      const at = this.at(value);
      this.add({ path: pathText(full), kind: 'extra', scenario, at, manifest: null, from: null });
    }
  }

  /** A value without what the import guesses. */
  private deployedPart(node: Node): Node {
    if (node.type !== 'map') return node;
    const some = entries(node).filter(
      ([, { value }]) => value.type !== 'scalar' || !NOT_DEPLOYED.test(this.commentOf(value)),
    );
    return {
      ...node,
      entries: new Map(
        some.map(([key, entry]) => [key, { ...entry, value: this.deployedPart(entry.value) }]),
      ),
    };
  }

  private add(setting: DriftedSetting): void {
    this.drifted.push(setting);
  }

  /** The key of the scenario for one of the manifests. They do not know the endpoints of a component. */
  private keyIn(own: Node, key: string, path: readonly PathKey[]): string {
    const name = this.names.get(key) ?? key;
    if (path.at(-1) !== 'to' || get(own, name) !== undefined) return name;
    const [component = ''] = key.split('.');
    const wanted = this.names.get(component) ?? component;
    const found = entries(own).find(
      ([other]) => other === wanted || other.startsWith(`${wanted}.`),
    );
    return found?.[0] ?? name;
  }

  private at(node: Node): string {
    const { file, line } = this.scenario.places.of(node);
    return `${file}:${line}`;
  }

  private commentOf(node: Node): string {
    return this.imported.places.comment(node);
  }

  /** What the scenario means with other values; null if it does not allow them. */
  private meaning(
    set: readonly { readonly path: readonly PathKey[]; readonly value: Node }[],
    removed: readonly (readonly PathKey[])[],
  ): string | null {
    const { source, file } = this.scenario;
    const edit = (path: readonly PathKey[], value: Node | null) => {
      const at = { file: 'drift', start: 0, end: 0 };
      return { path: pathText(path), at, value };
    };
    const { file: changed, problems } = source.with({
      variants: file.variants.map(({ name }) => name),
      edits: set.map(({ path, value }) => edit(path, value)),
      remove: removed.map((path) => edit(path, null)),
    });
    if (changed === null || problems.some(({ severity }) => severity === 'error')) return null;
    const name = file.variants[0]!.name;
    const variant = changed.variants.find((one) => one.name === name);
    return variant === undefined ? null : canonicalJson(variant.scenario);
  }
}

function writtenOf({ texts, file }: Prepared): Node {
  return texts.get(file.variants[0]!.name)!.written;
}

/** Names of components of the manifests -> names in the scenario, whatever their section. */
function namesOf(own: Node, theirs: Node): ReadonlyMap<string, string> {
  const all = (tree: Node): readonly string[] =>
    COMPONENTS.flatMap((section) => entries(get(tree, section)).map(([name]) => name));
  const known = all(own);
  return new Map(
    all(theirs).flatMap((name) => {
      const near = known.filter((one) => plainKey(one) === plainKey(name));
      const found = known.includes(name) ? name : near.length === 1 ? near[0] : undefined;
      return found === undefined ? [] : [[name, found] as const];
    }),
  );
}

/** The place of an item in another list: that of the same name, else the same place. */
function placeOf(item: Node, k: number, own: Node): number {
  const name = text(get(item, 'name'));
  const found = items(own).findIndex(
    (one) => name !== undefined && text(get(one, 'name')) === name,
  );
  return found < 0 ? k : found;
}

/** Leaves that a manifest gives. */
function deployedIn(node: Node, commentOf: (node: Node) => string): readonly Node[] {
  if (node.type === 'map')
    return entries(node).flatMap(([, { value }]) => deployedIn(value, commentOf));
  if (node.type === 'list') return node.items.flatMap((item) => deployedIn(item, commentOf));
  const comment = commentOf(node);
  return !NOT_DEPLOYED.test(comment) && originOf(comment) !== null ? [node] : [];
}

function firstOf(node: Node): Node {
  return node.type === 'list' ? (node.items[0] ?? node) : node;
}

/** The places in a comment of an import; null if there are none. */
function originOf(comment: string): string | null {
  return ORIGIN.test(comment) ? comment : null;
}

/** A component in a few words: its fields. */
function summaryOf(component: Node): string {
  const names = entries(component).map(([name]) => name);
  return names.length === 0 ? '{}' : `{ ${names.join(', ')} }`;
}
