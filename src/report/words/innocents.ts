import type { Known } from '../../contracts/result/cause.js';
import type {
  CounterfactualIntervention,
  UnseenHarm,
} from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { worsensBudget } from '../../contracts/result/worsened.js';
import { formatCount } from '../../text/figures.js';
import type { Words } from '../base/emphasis.js';
import { listed } from '../base/format.js';
import { wordsOf } from '../view/explained.js';
import type { View } from '../view/view.js';
import { CERTAINTY, hurtUsers, isClearedOfUsers } from './lead.js';
import { unseenCount } from './unseen-proof-words.js';

/** A fault that is not to blame, in words, and why. */
export interface Innocent {
  readonly words: string;
  readonly reason: string;
}

/**
 * The faults of a variant that are not to blame, without those that do not strike: of these nothing is decided. A fault
 * that worsens a broken budget is to blame for that. Where no request of users degrades, those that are not to blame for
 * what goes wrong most.
 */
export function innocentsOf(variant: VariantResult): readonly Innocent[] {
  const harm = unseenHarm(variant);
  if (harm !== undefined) return innocentsOfUnseen(variant, harm);
  const { innocent, causes } = variant.cascade;
  const struck = struckIn(variant);
  const elsewhere = causes.flatMap(({ fault }) =>
    fault !== undefined && isClearedOfUsers(variant, fault) ? [{ fault, reason: ALIKE }] : [],
  );
  return [...innocent, ...elsewhere]
    .filter(({ fault }) => struck.includes(fault) && !worsensBudget(variant.counterfactuals, fault))
    .map(({ fault, reason }) => ({ words: wordsOf(variant, fault), reason }));
}

/** Of a fault that does other harm. */
const ALIKE = 'without it the same requests fail';

/** What goes wrong most, where no request of users degrades. */
function unseenHarm(variant: VariantResult): UnseenHarm | undefined {
  return hurtUsers(variant).length > 0 ? undefined : variant.counterfactuals?.unseen?.[0];
}

function innocentsOfUnseen(variant: VariantResult, harm: UnseenHarm): readonly Innocent[] {
  return harm.faults.flatMap(({ fault, role, alone }): readonly Innocent[] => {
    // Harm of one kind may be another one without it, and break no budget: a lost saga is an inconsistent one.
    if (worsensBudget(variant.counterfactuals, fault)) return [];
    const words = wordsOf(variant, fault);
    if (role === 'none') return [{ words, reason: 'without it as much goes wrong' }];
    const isAlone = role === 'undecided' && alone !== null && alone <= harm.background;
    return isAlone ? [{ words, reason: 'alone it does none of this' }] : [];
  });
}

/** A line for each of some of them: `items is flushed: without it the same requests fail.`; `most`: above this number, a count follows. */
export function innocentLines(all: readonly Innocent[], most: number): readonly string[] {
  const more = all.length - most;
  return [
    ...all
      .slice(0, more > 1 ? most : all.length)
      .map(({ words, reason }) => `${words}: ${reason}.`),
    ...(more > 1 ? [`${formatCount(more)} more faults.`] : []),
  ];
}

/** Most faults and changes that the line names. */
const NAMED = 3;

/**
 * What is not to blame: `Not to blame: psp hangs (without it the same requests fail). No difference: without the retries
 * of api to db.` Where no fault is cleared it says whether all of them are causes. Empty where nothing is known.
 */
export function clearedLine(variant: VariantResult): Words {
  const unseen = unseenHarm(variant);
  const faults = unseen === undefined ? clearedOf(variant) : clearedOfUnseen(variant, unseen);
  const changes = changesText(
    unseen?.interventions ?? variant.counterfactuals?.interventions ?? [],
  );
  return [
    ...(faults === null ? [] : [{ strong: faults.head }, `: ${faults.text}.`]),
    ...(changes === '' ? [] : [`${faults === null ? '' : ' '}${changes}`]),
  ];
}

/** Where the settings alone make the difference from the baseline: both have the same faults. */
export function clearedByBaseline({ worstVariant, baseline }: View): Words {
  const faultsOf = ({ faults }: VariantResult): readonly string[] =>
    faults.map(
      ({ words, spans }) => `${words} ${spans.map(({ from, until }) => `${from} ${until}`).join()}`,
    );
  const own = faultsOf(worstVariant);
  const others = faultsOf(baseline);
  if (own.length === 0 || own.length !== others.length || own.some((one) => !others.includes(one)))
    return [];
  const what = own.length === 1 ? 'the fault' : 'the faults';
  return [
    { strong: 'Not to blame for the difference' },
    `: ${what}, which `,
    { strong: baseline.name },
    ' has too.',
  ];
}

interface Cleared {
  readonly head: string;
  readonly text: string;
}

function clearedOf(variant: VariantResult): Cleared | null {
  const cleared = innocentsOf(variant);
  const struck = struckIn(variant);
  if (cleared.length > 0) return notToBlame(cleared);
  if (variant.faults.length === 0) return noneOf(variant);
  const blamed = variant.cascade.causes.filter(({ fault }) => struck.includes(fault ?? ''));
  if (blamed.length === 0) return null;
  const open = struck.filter((id) => blamed.every(({ fault }) => fault !== id));
  if (open.length > 0) {
    const words = listed(open.map((id) => wordsOf(variant, id)));
    return { head: 'Not decided', text: `the part of ${words}` };
  }
  const cause = CAUSES[CERTAINTY.findLast((one) => blamed.some(({ known }) => known === one))!];
  const text =
    struck.length === 1
      ? `nothing; the only fault is ${cause} of it`
      : `none of the ${formatCount(struck.length)} faults; each is ${cause} of it`;
  return { head: 'Not to blame', text };
}

/** Of harm without any fault. */
function noneOf(variant: VariantResult): Cleared | null {
  return hurtUsers(variant).length === 0 ? null : { head: 'Faults', text: 'none in this scenario' };
}

/** A fault by the least that is known of any. */
const CAUSES: Readonly<Record<Known, string>> = {
  proved: 'a cause',
  likely: 'a likely cause',
  guess: 'a possible cause',
};

/** The same for harm that no request shows: the account has causes of all that goes wrong, the runs those of this harm. */
function clearedOfUnseen(variant: VariantResult, harm: UnseenHarm): Cleared | null {
  const { faults } = harm;
  const head = `Not to blame for ${unseenCount(variant, harm)}`;
  const cleared = innocentsOfUnseen(variant, harm);
  if (cleared.length > 0) return { ...notToBlame(cleared), head };
  const isOnly = faults.length === 1 && faults[0]!.role === 'cause';
  return isOnly ? { head, text: 'nothing; the only fault is a cause of it' } : null;
}

function notToBlame(all: readonly Innocent[]): Cleared {
  const more = all.length - NAMED;
  const named = all.slice(0, more > 1 ? NAMED : all.length);
  const words = named.map((one) => `${one.words} (${one.reason})`);
  const text = listed([...words, ...(more > 1 ? [`${formatCount(more)} more faults`] : [])]);
  return { head: 'Not to blame', text };
}

type Tried = Pick<CounterfactualIntervention, 'role' | 'kind' | 'words'>;

/** Changes that make no difference; other values of settings are many. */
function changesText(tried: readonly Tried[]): string {
  const none = tried.filter(({ role, kind }) => role === 'none' && kind !== 'setting');
  const words = none.slice(0, NAMED).map((one) => one.words);
  return words.length === 0 ? '' : `No difference: ${listed(words)}.`;
}

/** The faults that strike in the first run. */
function struckIn({ cascade }: VariantResult): readonly string[] {
  return [
    ...new Set(cascade.events.filter(({ kind }) => kind === 'fault').map(({ subject }) => subject)),
  ];
}
