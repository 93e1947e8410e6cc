import { faultKind } from '../../patterns/registry.js';
import type { Configuration, Fault, Scenario } from '../../contracts/scenario/scenario.js';
import type { Problem, Problems } from '../diagnostics.js';
import { entries, get, items, type MapNode, type Node, type Place } from '../located.js';
import { applyPatch, readPatch, writeOut, type Edit, type Patch } from '../patch.js';
import { isWithin } from '../paths.js';
import { CHANGEABLE_WORDS, differencesOf, type Difference } from './differences.js';
import { changedCallers, withPropagation } from './mesh.js';
import { poolCallers } from './pools.js';
import { nodeAt, valueAt, valueText } from './values.js';
import { STATES_MAX, stateKey, statesOf, type State } from './states.js';

/** A change with its place in the file. */
interface Written {
  readonly fault: Fault;
  readonly index: number;
  readonly patch: Patch;
  readonly at: Place;
}

/** The inputs: a scenario without mistakes, and how another tree becomes a scenario. */
interface ChangeSource {
  /** The tree of the variant before inheritance. */
  readonly tree: MapNode;
  /** The same with all inheritance, and its list of faults. */
  readonly written: Node;
  readonly scenario: Scenario;
  readonly resolve: (tree: Node, problems: Problems) => Scenario | null;
  readonly problems: Problems;
}

/** The scenario with its changes described, and every configuration that they lead to. */
export function withChanges(source: ChangeSource): {
  readonly scenario: Scenario;
  readonly configurations: readonly Configuration[];
} {
  const { scenario, written, problems } = source;
  const nodes = items(get(written, 'faults'));
  const changes = scenario.faults.flatMap((fault, index): Written[] => {
    const patch = readPatch(nodes[index]!);
    const isChange = patch.set.length + patch.remove.length > 0 && isConfiguration(fault);
    return isChange ? [{ fault, index, patch, at: nodes[index]!.at }] : [];
  });
  if (changes.length === 0) return { scenario, configurations: [] };
  reportOverlaps(changes, problems);
  const builder = new Builder(source, changes);
  const described = changes.map((own) => ({ ...own.fault, ...builder.described(own) }));
  const faults = scenario.faults.map(
    (fault) => described.find(({ id }) => id === fault.id) ?? fault,
  );
  const configurations = problems.hasErrors ? [] : builder.configurations(described);
  return { scenario: { ...scenario, faults }, configurations };
}

function isConfiguration({ kind }: Fault): boolean {
  return faultKind(kind)!.targets.includes('configuration');
}

/** Settings that a component has once, however many instances it has. */
const OF_ALL: ReadonlySet<string> = new Set(['replicas', 'zones', 'autoscaling']);
const OF_WHOLE = 'all its instances share it: remove instances, zone and labels';

/** Whether the times of a change are fixed, and all its processes change together. */
function isFixed(fault: Fault): boolean {
  const { when, jitterNs, probability, config } = fault;
  const { propagation, rollback } = config as Readonly<Record<'propagation' | 'rollback', unknown>>;
  const isSudden = propagation === undefined && rollback === undefined;
  return when === null && jitterNs === 0 && probability === 1 && isWhole(fault) && isSudden;
}

function isWhole({ instances, zone, labels }: Fault): boolean {
  return instances.kind === 'all' && zone === null && labels.size === 0;
}

/** Builds scenarios in which changes are in force. */
class Builder {
  private readonly built = new Map<string, Scenario | null>();
  private readonly inherited: Node = writeOut(this.source.tree);

  constructor(
    private readonly source: ChangeSource,
    private readonly changes: readonly Written[],
  ) {}

  /** The paths of a change with their values, and the components that it changes. Reports those that cannot change. */
  described(own: Written): Pick<Fault, 'changes' | 'config'> {
    const { scenario, problems } = this.source;
    const { remove, set } = own.patch;
    const before = (path: string): string | null => valueText(path, nodeAt(this.inherited, path));
    const paths = [
      ...remove.map(({ path }) => ({ path, before: before(path), after: null })),
      ...set.map(({ path, value }) => ({
        path,
        before: before(path),
        after: valueText(path, value ?? undefined),
      })),
    ];
    const found = problems.forVariant();
    const whole = this.patched([own], found);
    this.pass(found, own);
    const differences = whole === null ? [] : differencesOf(scenario, whole);
    const refused = new Set<Place>();
    for (const { path, reason } of differences) {
      const part = !isWhole(own.fault) && OF_ALL.has(path[2]!) ? OF_WHOLE : null;
      const at = editOf(own.patch, path)?.at ?? own.at;
      if ((reason ?? part) === null || refused.has(at)) continue;
      refused.add(at);
      this.refuse(own, at, path, (reason ?? part)!);
    }
    if (whole !== null) this.reportIdle(own, differences);
    const components = new Set(
      differences.flatMap(({ path, reason }): readonly string[] => {
        const [section, name] = path;
        if (section === 'policies' || section === 'clusters') return [];
        if (section !== 'mesh') return poolCallers(scenario, path) ?? [name!];
        return reason === null ? changedCallers(scenario, whole!, name!) : [];
      }),
    );
    if (components.size === 0) this.reportUncalled(own, differences);
    const config = this.paced(own, differences);
    return { changes: { paths, components: [...components].sort() }, config };
  }

  /** The config of a change, with the propagation of the mesh if it changes the mesh. */
  private paced(own: Written, differences: readonly Difference[]): Fault['config'] {
    const { scenario, problems } = this.source;
    const paced = withPropagation(own.fault.config, scenario.mesh, differences);
    if (paced !== null) return paced;
    const message =
      'proxies get a change after mesh.configPropagation, and this one also changes applications: write propagation ' +
      'and rollback, or a change for each';
    problems.add({ code: 'FL208', at: own.at, path: ['faults', own.index], message });
    return own.fault.config;
  }

  /** Every state of the run with its scenario. */
  configurations(faults: readonly Fault[]): readonly Configuration[] {
    const { scenario, problems } = this.source;
    const states = statesOf(faults, isFixed, scenario.run);
    if (states === null) {
      const { at, index } = this.changes[0]!;
      const message =
        `the changes can be in force in more than ${STATES_MAX} combinations: use fewer steps, or fixed times that ` +
        'do not overlap';
      problems.add({ code: 'FL602', at, path: ['faults', index], message });
      return [];
    }
    return states.flatMap((state) => {
      const built = this.at(state);
      return built === null ? [] : [{ inForce: state, scenario: built }];
    });
  }

  /** The scenario of a state. */
  private at(state: State): Scenario | null {
    const { problems } = this.source;
    const own = problems.forVariant();
    const parts = state.map(({ fault, strength }) => {
      const change = this.changes.find((one) => one.fault.id === fault)!;
      return { own: change, patch: this.patchAt(change, strength, own) };
    });
    const key = parts.map(({ own: { index }, patch }) => `${index} ${patchKey(patch)}`).join('\n');
    let known = this.built.get(key);
    if (known === undefined) {
      known = own.hasErrors ? null : this.patched(parts, own);
      this.built.set(key, known);
      const owner = parts[parts.length - 1]!.own;
      this.pass(own, owner, parts.length > 1 ? ` (while ${stateKey(state)} are in force)` : '');
    }
    return known;
  }

  private patchAt({ patch, index }: Written, strength: number, problems: Problems): Patch {
    if (strength === 1) return patch;
    const set = patch.set.map((edit): Edit => {
      const value = valueAt(edit, nodeAt(this.inherited, edit.path), strength);
      if (typeof value !== 'string') return { ...edit, value };
      const path = ['faults', index, 'set', edit.path];
      problems.add({ code: 'FL208', at: edit.value!.at, path, message: value });
      return edit;
    });
    for (const { at, path } of patch.remove) {
      const message = `${path} is there or not, so it has no steps: remove ramp, or set a value`;
      problems.add({ code: 'FL208', at, path: ['faults', index, 'remove'], message });
    }
    return { ...patch, set };
  }

  private patched(
    parts: readonly { readonly patch: Patch }[],
    problems: Problems,
  ): Scenario | null {
    let tree: Node = this.source.tree;
    for (const { patch } of parts) tree = applyPatch(tree, patch, problems);
    return problems.hasErrors ? null : this.source.resolve(tree, problems);
  }

  /** Passes on the errors of a changed scenario. Those about places outside the change say where they come from. */
  private pass(own: Problems, { fault, at }: Written, also = ''): void {
    const isHere = (problem: Problem): boolean =>
      problem.at.file === at.file && problem.at.start >= at.start && problem.at.end <= at.end;
    for (const problem of own.all) {
      if (problem.severity === 'warning') continue;
      if (isHere(problem)) {
        this.source.problems.add({ ...problem, message: `${problem.message}${also}` });
        continue;
      }
      const message = `with the change ${fault.id}: ${problem.message}${also}`;
      this.source.problems.add({ ...problem, message });
    }
  }

  private refuse(own: Written, at: Place, path: readonly string[], reason: string): void {
    const message = `${path.slice(0, 4).join('.')} cannot change during a run: ${reason}. Possible: ${CHANGEABLE_WORDS}`;
    this.source.problems.add({ code: 'FL405', at, path: ['faults', own.index], message });
  }

  /** Reports policies and routes of the mesh, and pools, that no call takes. */
  private reportUncalled({ at, index }: Written, differences: readonly Difference[]): void {
    const uncalled = differences.find(
      ({ path: [section], reason }) =>
        (section === 'mesh' || section === 'databases') && reason === null,
    );
    if (uncalled === undefined) return;
    const calls = uncalled.path[0] === 'mesh' ? 'call from inside the mesh' : 'call';
    const message = `the change has no effect: no ${calls} takes ${uncalled.path.join('.')}`;
    this.source.problems.add({ code: 'FL410', at, path: ['faults', index], message });
  }

  /** Reports paths that change nothing. */
  private reportIdle(own: Written, differences: readonly Difference[]): void {
    const { scenario, problems } = this.source;
    const { remove, set } = own.patch;
    const edits = [...remove, ...set];
    for (const edit of edits) {
      let all = differences;
      if (edits.length > 1) {
        const isSet = set.includes(edit);
        const patch: Patch = { remove: isSet ? [] : [edit], set: isSet ? [edit] : [], add: [] };
        const alone = this.patched([{ patch }], problems.forVariant());
        // It needs the others, so it has an effect with them.
        if (alone === null) continue;
        all = differencesOf(scenario, alone);
      }
      if (all.some(({ path }) => path[0] !== 'policies' && path[0] !== 'clusters')) continue;
      const message =
        all.length === 0
          ? `${edit.path} has no effect: the configuration stays as it is`
          : `${edit.path} has no effect: no call uses this policy`;
      problems.add({ code: 'FL410', at: edit.at, path: ['faults', own.index], message });
    }
  }
}

function patchKey({ set, remove }: Patch): string {
  const sets = set.map(({ path, value }) => `${path}=${nodeKey(value!)}`);
  return [...remove.map(({ path }) => path), ...sets].join(' ');
}

function nodeKey(node: Node): string {
  if (node.type === 'scalar') return JSON.stringify(node.value);
  if (node.type === 'list') return `[${node.items.map(nodeKey).join(',')}]`;
  return `{${entries(node).map(([key, { value }]) => `${JSON.stringify(key)}:${nodeKey(value)}`)}}`;
}

/** The edit whose path has the most keys in common with a path of the scenario. */
function editOf({ set, remove }: Patch, path: readonly string[]): Edit | undefined {
  const common = (edit: Edit): number => {
    const keys = edit.path.split(/[.[\]]+/);
    const end = keys.findIndex((key, i) => key !== path[i]);
    return end < 0 ? keys.length : end;
  };
  return [...remove, ...set].reduce<Edit | undefined>(
    (best, edit) => (best === undefined || common(edit) > common(best) ? edit : best),
    undefined,
  );
}

/** Reports changes of one path that can be in force at the same time. */
function reportOverlaps(changes: readonly Written[], problems: Problems): void {
  changes.forEach((own, k) => {
    for (const other of changes.slice(0, k)) {
      if (!meet(own.fault, other.fault)) continue;
      for (const edit of editsOf(own)) {
        const clash = editsOf(other).find(
          ({ path }) => isWithin(path, edit.path) || isWithin(edit.path, path),
        );
        if (clash === undefined) continue;
        const message = `${other.fault.id} changes ${clash.path} at the same time: end one before the other begins`;
        const path = ['faults', own.index];
        problems.add({ code: 'FL208', at: edit.at, path, message });
      }
    }
  });
}

function editsOf({ patch }: Written): readonly Edit[] {
  return [...patch.remove, ...patch.set];
}

/** Whether two changes can be in force at the same time. */
function meet(one: Fault, other: Fault): boolean {
  if (one.when !== null || other.when !== null) return true;
  return one.spans.some((a) =>
    other.spans.some(
      (b) =>
        a.fromNs < (b.untilNs ?? Infinity) + other.jitterNs &&
        b.fromNs < (a.untilNs ?? Infinity) + one.jitterNs,
    ),
  );
}
