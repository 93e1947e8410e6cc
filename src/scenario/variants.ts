import type { Problems } from './diagnostics.js';
import { get, items, plain, text, type MapNode, type Node } from './located.js';
import { Discarded } from './discarded.js';
import { closedEdits, isFactor, isOpen, type Miss } from './edits.js';
import { applyPatch, readPatch, writeOut, type Edit, type Patch } from './patch.js';
import { reservedText } from './resolve/names.js';

/** Words for the two sides of a rollout, which cannot be names of variants. */
const SIDES: ReadonlySet<string> = new Set(['canary', 'stable']);

/** A variant before its scenario is built: its node and its patches, bases first. */
export interface VariantPlan {
  readonly name: string;
  readonly node: Node | null;
  readonly patches: readonly Patch[];
}

/** The variants of a file in order; if there are none, the file itself as `base`. */
export function planVariants(tree: MapNode, problems: Problems): VariantPlan[] {
  const nodes = items(get(tree, 'variants'));
  if (nodes.length === 0) return [{ name: 'base', node: null, patches: [] }];
  const byName = new Map<string, Node>();
  nodes.forEach((node, index) => {
    const name = text(get(node, 'name'))!;
    const at = get(node, 'name')!.at;
    const path = ['variants', index, 'name'];
    const message = reservedText(name);
    if (message !== null && !SIDES.has(name)) problems.add({ code: 'FL403', at, path, message });
    if (byName.has(name)) {
      problems.add({
        code: 'FL402',
        at,
        path,
        message: `duplicate name: another variant is called ${name}`,
      });
    } else byName.set(name, node);
  });
  checkBaselines(nodes, problems);
  return [...byName].map(([name, node]) => ({
    name,
    node,
    patches: chainOf(name, byName, [], problems),
  }));
}

/** The tree of a variant before inheritance is applied, and its patches. */
export interface Patched {
  readonly tree: MapNode;
  readonly patches: readonly Patch[];
  /** Edits of open patches that matched nothing. */
  readonly missed: readonly (readonly [Edit, Miss])[];
}

/** Applies the patches of a variant in order. */
export function patched(
  tree: MapNode,
  variant: VariantPlan,
  expandTree: (tree: Node) => Node,
  problems: Problems,
): Patched {
  let result: Node = tree;
  const patches: Patch[] = [];
  const missed: (readonly [Edit, Miss])[] = [];
  const apply = (patch: Patch): void => {
    result = expandTree(applyPatch(result, patch, problems));
    patches.push(patch);
  };
  for (const patch of variant.patches) {
    if (patch.isOpen !== true) apply(patch);
    else {
      const discarded = new Discarded(problems);
      const change = (edit: Edit): Node => {
        const closed = isOpen(edit)
          ? closedEdits(edit, writeOut(result), (words) => problems.note(edit.at, words))
          : [edit];
        if ('message' in closed) missed.push([edit, closed]);
        else apply({ remove: [], set: closed, add: [] });
        return result;
      };
      // In order, so that a factor multiplies the result of earlier edits.
      for (const edit of patch.set) {
        discarded.check(edit, result, () => change(edit), isFactor(edit));
      }
    }
  }
  return { tree: result as MapNode, patches, missed };
}

/** The changes of a variant in the words of the file, for the report. */
export function patchAsWritten(patches: readonly Patch[]): {
  remove: string[];
  set: [string, unknown][];
  add: [string, readonly unknown[]][];
} {
  return {
    remove: patches.flatMap((patch) => patch.remove.map((edit) => edit.path)),
    set: patches.flatMap((patch) =>
      patch.set.map((edit): [string, unknown] => [edit.path, plain(edit.value!)]),
    ),
    add: patches.flatMap((patch) =>
      patch.add.map((edit): [string, readonly unknown[]] => [
        edit.path,
        plain(edit.value!) as unknown[],
      ]),
    ),
  };
}

function chainOf(
  name: string,
  byName: ReadonlyMap<string, Node>,
  chain: readonly string[],
  problems: Problems,
): Patch[] {
  const node = byName.get(name)!;
  const base = get(node, 'extends');
  const own = readPatch(node);
  const baseName = text(base);
  if (base === undefined || baseName === undefined) return [own];
  const path = ['variants', [...byName.keys()].indexOf(name), 'extends'];
  if (!byName.has(baseName)) {
    const allowed = [...byName.keys()];
    const message = `there is no variant ${baseName}`;
    problems.add({ code: 'FL303', at: base.at, path, message, found: baseName, allowed });
    return [own];
  }
  if (baseName === name || chain.includes(baseName)) {
    const message = `cycle of extends: ${[...chain, name, baseName].join(' -> ')}`;
    problems.add({ code: 'FL304', at: base.at, path, message });
    return [own];
  }
  return [...chainOf(baseName, byName, [...chain, name], problems), own];
}

function checkBaselines(nodes: readonly Node[], problems: Problems): void {
  const marked = nodes.filter((node) => {
    const baseline = get(node, 'baseline');
    return baseline?.type === 'scalar' && baseline.value === true;
  });
  if (marked.length < 2) return;
  const at = get(marked[1], 'baseline')!.at;
  problems.add({
    code: 'FL208',
    at,
    path: ['variants'],
    message: 'only one variant can be the baseline, and this is the second',
  });
}
