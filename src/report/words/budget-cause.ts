import type { BudgetTrial } from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatValue } from '../../text/figures.js';
import { groupedBy } from '../../text/order.js';
import { isFailure } from '../view/budget-words.js';
import { list } from '../../text/words.js';

/** Why a variant breaks a budget. */
interface Cause {
  readonly verb: 'hold' | 'break';
  /** `without “psp hangs”`. */
  readonly words: string;
  /** Its value in those runs; empty if there is none, or are several. */
  readonly value: string;
}

/** Most faults that are named, each of which alone is enough. */
const NAMED = 2;

/**
 * Why variants break a budget, as their further runs show it: `hold without “psp hangs”: 99.9 %`, with their names unless
 * there is one only. Empty where no such runs were made, or none holds it.
 */
export function budgetCauses(broken: readonly VariantResult[], text: string): string {
  const known = broken.flatMap(({ name, ...own }) => {
    const cause = causeOf(own, text);
    return cause === null ? [] : [{ name, ...cause }];
  });
  const groups = groupedBy(known, ({ verb, words }) => `${verb} ${words}`);
  return [...groups.values()]
    .map((all) => {
      const { verb, words } = all[0]!;
      const whose = broken.length === 1 ? '' : `${list(all.map(({ name }) => name))} `;
      const values = new Set(all.flatMap(({ value }) => (value === '' ? [] : [value])));
      const figures = values.size === 0 ? '' : `: ${[...values].join(', ')}`;
      return `${whose}${verb}${all.length === 1 ? 's' : ''} ${words}${figures}`;
    })
    .join('; ');
}

/**
 * Why the first broken budget with a known cause breaks, as an answer: `partner 10x slower (proved): dead.ready.max is 0
 * instead of 10 without it`. null where no further run holds one.
 */
export function budgetAnswer(variant: VariantResult): string | null {
  for (const { text, metric, value, unit } of variant.budgets.filter(isFailure)) {
    const cause = causeOf(variant, text);
    if (cause === null || cause.verb === 'break' || cause.value === '' || value === null) continue;
    const { words } = cause;
    const [, fault] = /^without “([^“”]+)”$/u.exec(words) ?? [];
    const moved = `${metric} is ${cause.value} instead of ${formatValue(value, unit)}`;
    if (fault !== undefined) return `${fault} (proved): ${moved} without it`;
    if (words !== CALM) return `${moved} ${words} (proved)`;
    const only = breaksAlone(variant, text);
    return only === null
      ? `without the faults ${moved} (proved)`
      : `${only.words} (proved): it alone takes ${metric} from ${cause.value} to ${only.value}`;
  }
  return null;
}

const CALM = 'without any fault';

/** Of two faults the one that breaks the budget alone, as the run without the other one shows, and the value with it. */
function breaksAlone(
  { counterfactuals, faults }: VariantResult,
  text: string,
): { readonly words: string; readonly value: string } | null {
  const proof = counterfactuals?.budgets?.find((own) => own.text === text);
  const [left, ...others] = proof?.faults.filter(({ holds }) => !holds) ?? [];
  if (faults.length !== 2 || left === undefined || others.length > 0) return null;
  const own = faults.find(({ id }) => id !== left.fault)!;
  return left.value === null
    ? null
    : { words: own.words, value: formatValue(left.value, proof!.unit) };
}

/**
 * The first broken budget that breaks without faults, too, and what they add: `placed.lag.max is 2,157 without faults, too, and
 * 3,627 with them`. null if there is none.
 */
export function calmAnswer(variant: VariantResult): CalmAnswer | null {
  for (const { text, metric, value, unit } of variant.budgets.filter(isFailure)) {
    const cause = causeOf(variant, text);
    if (cause?.verb !== 'break' || cause.value === '' || value === null) continue;
    const now = formatValue(value, unit);
    const added = now === cause.value ? '' : `, and ${now} with them`;
    return { metric, words: `${metric} is ${cause.value} ${cause.words}${added}` };
  }
  return null;
}

interface CalmAnswer {
  /** The metric of the budget. */
  readonly metric: string;
  readonly words: string;
}

/** How many of the broken budgets hold in the runs without a fault. */
export function heldWithout(
  { budgets, counterfactuals }: VariantResult,
  fault: string | undefined,
): number {
  const proofs = counterfactuals?.budgets ?? [];
  return budgets.filter(isFailure).filter(({ text }) => {
    const proof = proofs.find((own) => own.text === text);
    return proof?.faults.some((own) => own.fault === fault && own.holds) === true;
  }).length;
}

/** Without a fault that is enough; else without all of them; else with a change of something else. */
function causeOf(
  { counterfactuals, faults }: Pick<VariantResult, 'counterfactuals' | 'faults'>,
  text: string,
): Cause | null {
  const proof = counterfactuals?.budgets?.find((own) => own.text === text);
  if (proof === undefined) return null;
  const { calm, unit } = proof;
  const found = (verb: Cause['verb'], words: string, { value }: BudgetTrial): Cause => ({
    verb,
    words,
    value: value === null ? '' : formatValue(value, unit),
  });
  const alone = proof.faults.filter(({ holds }) => holds).slice(0, NAMED);
  if (alone.length > 0) {
    const names = alone.map((one) => faults.find(({ id }) => id === one.fault)?.words ?? one.fault);
    const words = `without ${names.map((name) => `“${name}”`).join(', and without ')}`;
    return alone.length > 1 ? { verb: 'hold', words, value: '' } : found('hold', words, alone[0]!);
  }
  if (calm?.holds === true) return found('hold', CALM, calm);
  const change = proof.interventions.find(({ holds }) => holds);
  if (change !== undefined) return found('hold', change.words, change);
  return calm === null ? null : found('break', 'without faults, too', calm);
}
