import type { Spot } from '../scenario/diagnostics.js';
import { pathText } from '../scenario/located.js';
import { meant } from '../scenario/suggest.js';
import type { Accepted } from '../contracts/scenario/judgement.js';
import type { Remark } from './lint.js';
import type { Rule } from './rule.js';

/** Remarks that count, and those that the file accepts with the reason that it gives. */
export interface Sorted {
  readonly open: readonly Remark[];
  readonly accepted: readonly (readonly [remark: Remark, reason: string])[];
}

/**
 * Separates the remarks that a file accepts. An entry that accepts nothing, although its rule was applied, is a remark
 * of its own. `known`: the names of all rules; `place`: where an entry is written.
 */
export function sortedBy(
  accepted: readonly Accepted[],
  remarks: readonly Remark[],
  rules: readonly Rule[],
  known: readonly string[],
  place: (index: number) => Spot,
): Sorted {
  const used = new Set<Accepted>();
  const reasonOf = (remark: Remark): string | undefined => {
    const own = accepted.filter((entry) => accepts(entry, remark));
    for (const entry of own) used.add(entry);
    return own[0]?.reason;
  };
  const judged = remarks.map((remark) => [remark, reasonOf(remark)] as const);
  const vain = accepted.flatMap((entry, index) => {
    const isAsked = !known.includes(entry.rule) || rules.some(({ name }) => name === entry.rule);
    return used.has(entry) || !isAsked ? [] : [vainEntry(entry, index, known, place(index))];
  });
  return {
    open: [
      ...judged.flatMap(([remark, reason]) => (reason === undefined ? [remark] : [])),
      ...vain,
    ],
    accepted: judged.flatMap(([remark, reason]) =>
      reason === undefined ? [] : [[remark, reason] as const],
    ),
  };
}

/** A remark about several calls is accepted only if each of them is about the named entity. */
function accepts({ rule, of }: Accepted, { rule: own, entities, message, also }: Remark): boolean {
  if (rule !== own) return false;
  if (of === null) return true;
  if (also.length === 0) return entities.includes(of);
  return [message, ...also].every((one) => one.split(/[ ,;:]+/).includes(of));
}

function vainEntry(
  { rule, of }: Accepted,
  index: number,
  known: readonly string[],
  spot: Spot,
): Remark {
  const near = known.includes(rule) ? undefined : meant(rule, known);
  const what = of === null ? rule : `${rule} of ${of}`;
  return {
    rule: 'option-without-effect',
    severity: 'warning',
    ...spot,
    path: pathText(['lint', 'accept', index]),
    variants: [],
    everywhere: true,
    entities: [],
    message: `no finding is accepted by ${what}`,
    also: [],
    measured: known.includes(rule) ? 'no such finding' : 'no such rule',
    limit: near === undefined ? 'a finding that lint reports' : `did you mean ${near}?`,
    reason: 'An entry for a finding that is gone would hide the next one.',
    hint: 'Remove the entry, or correct its rule and `of`.',
    fixExample: '# remove it',
  };
}
