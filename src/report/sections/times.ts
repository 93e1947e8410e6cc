import type { Result, VariantResult } from '../../contracts/result/result.js';
import { formatCount, formatShare } from '../../text/figures.js';
import {
  blameSample,
  blameWords,
  endText,
  failedWords,
  outageText,
  slowestDrain,
  timedFaults,
  timeText,
  traitWords,
  worthWords,
} from '../words/blame.js';
import { wordsOf } from '../view/explained.js';
import { markup, type Markup } from '../base/html-escape.js';
import { earlyRecovery, missingRecovery } from '../view/next-fault.js';
import type { View } from '../view/view.js';
import { caption, insideSection, scrolled, type Table } from './parts.js';

/** Most origins of failures in the table. */
const ORIGINS = 8;

/** Times of each fault, and where failed requests begin to fail; null where nothing fails. */
export function timesSection(view: View): Markup | null {
  const { variants } = view.result;
  if (!variants.some((variant) => isHit(variant))) return null;
  return insideSection(view, 'times', 'Times and blame', (variant) => {
    const { blame } = variant;
    const isKnown = timedFaults(variant).length > 0 || (blame?.parts.length ?? 0) > 0;
    if (blame === undefined || !isKnown) return null;
    return {
      title: titleOf(variant),
      body: markup`${timesOf(view.result, variant)}${originsOf(variant)}${inCommonOf(variant)}`,
    };
  });
}

function isHit(variant: VariantResult): boolean {
  return (variant.blame?.failed ?? 0) > 0 || timedFaults(variant).length > 0;
}

function titleOf({ blame }: VariantResult): string {
  if (blame === undefined || blame.failed === 0) return 'Requests were slow, and none failed';
  const [first] = blame.parts;
  const most = first === undefined ? '' : `; ${formatShare(first.share)} begin at ${first.subject}`;
  return `${failedWords(blame)}${most}`;
}

function timesOf(result: Result, variant: VariantResult): Markup | null {
  const times = timedFaults(variant);
  if (times.length === 0) return null;
  const table: Table = {
    caption: 'Means of the runs',
    head: ['Fault', 'Users degrade after', 'Worst after', 'Success back after its end', 'Backlog'],
    rows: times.map(({ fault, onset, peak, recovery }) => {
      const drain = slowestDrain(variant, fault);
      const missing = missingRecovery(result, variant, fault);
      const early = recovery.value === 0 ? earlyRecovery(variant, fault) : null;
      return [
        wordsOf(variant, fault),
        timeText(onset),
        timeText(peak),
        early ?? endText(recovery, missing),
        drain === null ? '–' : `${endText(drain.drain, missing)}, ${drain.subject}`,
      ];
    }),
  };
  return markup`<h3 class="gap">Times of each fault</h3>
    ${scrolled(table, 'Times of each fault')}
    ${caption(
      'From the start of the fault until requests of users degrade, and until the largest share of them fails; from its end until success is back to stay (recovery; during fault: before its end), and until the slowest backlog is drained; never: not before the end of the run; “> 10 s”: not before the next fault, which begins after 10 s. With overlapping faults a time may be due to the other one.',
    )}`;
}

function originsOf({ blame }: VariantResult): Markup | null {
  if (blame === undefined || blame.failed === 0) return null;
  const shown = blame.parts.slice(0, ORIGINS);
  const left = blame.parts.length - shown.length;
  const table: Table = {
    caption: `Share of the ${formatCount(Math.round(blame.failed))} failed requests of a run${worthWords(blame)}`,
    head: ['Origin', 'Outage'],
    rows: shown.map((part) => [blameWords(part), outageText(blame, part)]),
  };
  if (shown.length === 0)
    return markup`${caption(`${failedWords(blame)}, and no trace shows where they begin to fail.`)}`;
  return markup`<h3 class="gap">Where failed requests begin to fail</h3>
    ${scrolled(table, 'Where failed requests begin to fail')}
    ${caption(
      `${blameSample(blame)} A failure begins at the deepest failed call that the request waited for last; if a caller gave up, where most of the time until then was spent.${left > 0 ? ` ${left} smaller origins are left out.` : ''}`,
    )}`;
}

/** What failed requests have in common; null where nothing tells them apart from good ones. */
function inCommonOf({ blame }: VariantResult): Markup | null {
  const common = blame?.inCommon;
  if (common === undefined || common.traits.length === 0) return null;
  const table: Table = {
    caption: `Of ${formatCount(common.failed)} failed and ${formatCount(common.good)} good requests that were traced`,
    head: ['Requests with', 'Of the failed', 'Of the good'],
    rows: common.traits.map((trait) => [
      traitWords(trait),
      formatShare(trait.failed),
      formatShare(trait.good),
    ]),
  };
  return markup`<h3 class="gap">What failed requests have in common</h3>
    ${scrolled(table, 'What failed requests have in common')}`;
}
