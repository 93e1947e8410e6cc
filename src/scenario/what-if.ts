import type { Problems } from './diagnostics.js';
import { isOpen, isWild, type Miss, type WhatIf } from './edits.js';
import { get } from './located.js';
import type { Edit, Patch } from './patch.js';
import { reservedText } from './resolve/names.js';
import { NAME_PATTERN } from '../contracts/fields/common.js';
import { isWithin } from './paths.js';
import type { VariantPlan } from './variants.js';

/** Command-line overrides after parsing. */
export interface OpenEdits extends WhatIf {
  readonly edits: readonly Edit[];
}

/** Adds the overrides to the selected variants, or adds a variant that consists of them. */
export function withWhatIf(
  plans: readonly VariantPlan[],
  { edits, as, variants }: OpenEdits,
  problems: Problems,
): readonly VariantPlan[] {
  const patch: Patch = { remove: [], set: edits, add: [], isOpen: true };
  const chosen = plans.filter(({ name }) => variants === null || variants.includes(name));
  const changed = (plan: VariantPlan): VariantPlan => {
    refuseRemoved(plan, edits, problems);
    return { ...plan, patches: [...plan.patches, patch] };
  };
  if (as === null) return plans.map((plan) => (chosen.includes(plan) ? changed(plan) : plan));
  checkName(as, plans, problems);
  const base = chosen.find(isBaseline) ?? chosen[0] ?? plans[0]!;
  return [...plans, { ...changed(base), name: as, node: null }];
}

/** Whether a variant is marked as the baseline. */
export function isBaseline({ node }: VariantPlan): boolean {
  const baseline = get(node ?? undefined, 'baseline');
  return baseline?.type === 'scalar' && baseline.value === true;
}

function checkName(name: string, plans: readonly VariantPlan[], problems: Problems): void {
  const file = '--as';
  problems.source(file, name);
  const at = { file, start: 0, end: name.length };
  const reserved = reservedText(name);
  if (!NAME_PATTERN.test(name)) {
    const message = `${JSON.stringify(name)} is not a name: use letters, digits, _ and inner hyphens, a letter first`;
    problems.add({ code: 'FL401', at, path: [], message });
  } else if (reserved !== null) {
    problems.add({ code: 'FL403', at, path: [], message: reserved });
  } else if (plans.some((plan) => plan.name === name)) {
    const message = `the file has a variant ${name}: choose another name`;
    problems.add({ code: 'FL402', at, path: [], message });
  }
}

/** Reports overrides within a section that a variant removed, such as a number of retries: they would add it again. */
function refuseRemoved(plan: VariantPlan, edits: readonly Edit[], problems: Problems): void {
  const removed = removedBy(plan);
  for (const edit of edits) {
    const { path, at } = edit;
    const removal = isOpen(edit) ? undefined : removed.find((one) => isWithin(path, one));
    if (removal === undefined) continue;
    const message = `variant ${plan.name} removes ${removal}, which this restores: choose the variants with --variant`;
    problems.add({ code: 'FL208', at, path: [], message });
  }
}

/** Paths that a variant removes and does not set again. */
export function removedBy({ patches }: VariantPlan): readonly string[] {
  const removed = new Set<string>();
  for (const { remove, set } of patches) {
    for (const { path } of remove) removed.add(path);
    for (const edit of set) {
      for (const path of removed) if (isWithin(edit.path, path)) removed.delete(path);
    }
  }
  return [...removed];
}

/** Reports edits that match nothing. With a `*` only if no variant has a match, otherwise if any variant has none. */
export function reportMisses(
  plans: readonly VariantPlan[],
  built: readonly { readonly patched: { readonly missed: readonly (readonly [Edit, Miss])[] } }[],
  problems: Problems,
): void {
  const misses = new Map<Edit, { readonly miss: Miss; readonly variants: string[] }>();
  built.forEach(({ patched: { missed } }, i) => {
    for (const [edit, miss] of missed) {
      const known = misses.get(edit);
      if (known === undefined) misses.set(edit, { miss, variants: [plans[i]!.name] });
      else known.variants.push(plans[i]!.name);
    }
  });
  for (const [edit, { miss, variants }] of misses) {
    const { offset, message, ...words } = miss;
    const asked = plans.filter(({ patches }) => patches.some(({ set }) => set.includes(edit)));
    const isOfAll = variants.length === asked.length;
    if (!isOfAll && edit.isPartial === true) continue;
    if (!isOfAll && isWild(edit.path)) {
      problems.note(edit.at, `${edit.path} changes nothing in variant ${variants.join(', ')}`);
      continue;
    }
    const which = isOfAll
      ? ''
      : ` (in variant ${variants.join(', ')}): choose the variants that have it`;
    const at = { ...edit.at, start: Math.min(edit.at.start + offset, edit.at.end) };
    problems.add({ code: 'FL302', at, path: [], message: message + which, ...words });
  }
}
