import { sustainedBy } from '../../contracts/result/sustained.js';
import { interventionOf } from '../../analysis/story/proven-conditions.js';
import type { KnownCause } from '../../contracts/result/cause.js';
import type { Counterfactuals } from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatShare } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { plainWords, type Words } from '../base/emphasis.js';
import { listed } from '../base/format.js';
import { cellText } from '../view/columns.js';
import { effectWords, halvedEffects } from '../view/effects.js';
import { wordsOf } from '../view/explained.js';
import { settingsTexts } from '../view/settings.js';
import type { View } from '../view/view.js';
import { aloneWords, repeatedRuns, withoutOf } from './causes.js';
import { insteadWords } from './harm-words.js';
import { mainCauses } from './lead.js';

/** Most causes that the line is about. */
const NAMED = 3;
const KNOWN = { strong: 'Known by' };

/**
 * How the causes are known, with the figures of the runs that show it: `Known by: the same run again, from start to end:
 * without “psp hangs” 61 requests fail instead of 29,900 (1 run).` Empty without a cause.
 */
export function knownLine(variant: VariantResult): Words {
  const own = variant.counterfactuals;
  const causes = mainCauses(variant).slice(0, NAMED);
  const shown = own === undefined ? [] : shownWords(variant, own, causes);
  const open = causes.filter(({ known }) => known !== 'proved');
  const isTried = (cause: KnownCause): boolean => own !== undefined && isLeftOut(own, cause);
  const inferred = (head: string, some: readonly KnownCause[]): readonly string[] =>
    some.length === 0 ? [] : [`${head} ${listed(some.map(inferredWords))}`];
  const parts = [
    ...(shown.length === 0
      ? []
      : [
          `the same run again, from start to end: ${shown.join('; ')} (${repeatedRuns({ variant, own: own! }, plural(own!.replications, 'run'))})`,
        ]),
    ...inferred('the runs do not decide about', open.filter(isTried)),
    ...inferred(
      'no run leaves out',
      open.filter((cause) => !isTried(cause)),
    ),
  ];
  return parts.length === 0 ? [] : [KNOWN, `: ${parts.join('; ')}.`];
}

/** What the runs without each proved cause have in place of its harm, and those without the loop that keeps it up. */
function shownWords(
  variant: VariantResult,
  own: Counterfactuals,
  causes: readonly KnownCause[],
): readonly string[] {
  const proved = causes.filter(({ known }) => known === 'proved');
  const kept = sustainedBy(variant.cascade, own.metastability ?? null);
  const cut = kept?.known === 'proved' ? own.metastability?.loopCut : null;
  return [
    ...proved.flatMap((cause) => provedWords(variant, own, cause) ?? []),
    ...(cut === null || cut === undefined ? [] : [`${cut.words} users recover`]),
  ];
}

/** `without “psp hangs” 61 requests fail instead of 29,900`; null where no such run counts requests. */
function provedWords(
  variant: VariantResult,
  own: Counterfactuals,
  cause: KnownCause,
): string | null {
  const { fault } = cause;
  if (fault === undefined) {
    const change = interventionOf(cause, own.interventions);
    return change === undefined ? null : `${change.words} ${insteadWords(change, own)}`;
  }
  const row = own.faults.find((one) => one.fault === fault);
  if (row === undefined) return null;
  const words = `“${wordsOf(variant, fault)}”`;
  if (row.without !== null) return `without ${words} ${insteadWords(withoutOf(own, row), own)}`;
  const alone = aloneWords(own, row);
  return alone === null ? null : `${words} alone does ${alone}`;
}

/** Whether a run without a cause was made. */
function isLeftOut(own: Counterfactuals, cause: KnownCause): boolean {
  const { fault } = cause;
  if (fault === undefined) return interventionOf(cause, own.interventions) !== undefined;
  return own.faults.some((one) => one.fault === fault && one.without !== null);
}

/** A cause that no run has shown, and what speaks for it. */
function inferredWords({ text, known, evidence, share }: KnownCause): string {
  const part =
    share === null ? '' : `${formatShare(share)} of the failed and slow requests lead to it`;
  const why = [part, evidence].filter((words) => words !== '').join(', ');
  return `“${text}” (${known === 'guess' || why === '' ? 'only its time and place speak for it' : why})`;
}

/** Where only the settings of a variant differ from those of the baseline: what its runs have in place of the harm. */
export function contrastLine(view: View, said: Words): Words {
  const { worstVariant, baseline, result } = view;
  const { values } = settingsTexts(worstVariant.changes ?? []);
  const which = plainWords(said).includes(values) ? 'these settings' : values;
  const effects = halvedEffects(view, worstVariant, baseline).map(
    (one) => `${effectWords(one, baseline)} instead of ${cellText(one.column, worstVariant)}`,
  );
  return [
    KNOWN,
    `: ${plural(result.replications, 'run')} of `,
    { strong: baseline.name },
    `, alike but for ${which}: ${listed(effects)}.`,
  ];
}
