import type { Fold } from '../view/fold.js';
import { formatCount, formatSeconds } from '../../text/figures.js';
import { oneRunWords } from '../../contracts/result/one-run.js';
import { plural } from '../../text/words.js';
import { untilWords, warmupWords } from '../words/until-words.js';
import { guessCount, guessText } from '../words/guess-words.js';
import { markup, type Markup } from '../base/html-escape.js';
import { fromBatches, type View } from '../view/view.js';
import { definitions, folded, section } from './parts.js';

/** How the numbers were computed, what they leave out, and how to reproduce them. */
export function methodSection({ all: view }: Fold, command: string): Markup {
  const { result } = view;
  // The verdict says it already.
  const warnings = result.warnings.filter((text) => text !== oneRunWords(result));
  const rows = [
    ['Runs', runWords(view)] as const,
    ...(result.until === undefined ? [] : [['Enough runs', untilWords(result.until)] as const]),
    ...DEFINITIONS,
    ['Intervals', intervalWords(view)] as const,
  ];
  return section('method', 'Method', 'How these numbers were made', [
    folded(definitions(rows), 'Definitions'),
    guessList(view),
    warnings.length > 0 &&
      markup`<h3 class="gap">Warnings</h3>
        <ul class="warn">
          ${warnings.map((text) => markup`<li>${text}</li>`)}
        </ul>`,
    markup`<h3 class="gap">Reproduce</h3>
      <pre tabindex="0">${command}</pre>
      <p class="meta">
        Same file, same seed, same version: the same bytes. Digest ${result.digest}, scenario
        ${result.scenario.sha256.slice(0, 16)}, faultline ${result.engine.version}.
      </p>`,
    decidingInputs(command),
  ]);
}

/** The values that are not measured; null without any. */
function guessList({ result: { scenario } }: View): Markup | null {
  const { guesses = [] } = scenario;
  if (guesses.length === 0) return null;
  const items = guesses.map((guess) => markup`<li>${guessText(guess)}</li>`);
  return markup`<h3 class="gap">${guessCount(guesses)}</h3>
    <ul class="warn">
      ${items}
    </ul>`;
}

/** The command that draws which inputs decide the answer, and at what value each overturns it. */
function decidingInputs(command: string): Markup {
  const [file] = command.split(' --', 1);
  const tornado = `${file!.replace(' run ', ' sensitivity ')} --html sensitivity.html`;
  return markup`<p class="meta after">
      Which inputs decide the answer, and at what value each overturns it, as a tornado:
    </p>
    <pre class="diff" data-copy tabindex="0">${tornado}</pre>`;
}

const DEFINITIONS: readonly (readonly [string, string])[] = [
  [
    'Pairing',
    'Random draws are keyed by request, not by order, so two variants see the same users, the same service times and the same faults',
  ],
  [
    'Success',
    '(ok + degraded) / finished, counted in the step in which the request arrived; a fallback answer is degraded. Finished is everything but what was still under way at the end',
  ],
  [
    'Latency',
    'From the request’s arrival to its end; quantiles by nearest rank on merged histograms with at most 0.4 % error, never averaged. Of successes: without the failures; of all: with them',
  ],
  [
    'Recovery',
    'Of success: from the end of the fault to the first window of 5 s in which the share of successes is back at 95 % of that before the fault and stays there up to the next fault; of the slowest kind of request; never, where it does not, or “> 10 s” where the next fault begins after 10 s. Latency back: to the step from which the p95 of successes stays within 1.5 times that before the fault plus 5 ms. A component is healthy again when none of its own signals is degraded; “was unhealthy for” counts from the start of its degradation. Users fail for: the steps in which more than 5 % of their requests fail',
  ],
  [
    'Amplification',
    'Attempts on the wire per call, in the entire run, on the edge where it is largest; attempts per call count all edges together',
  ],
  [
    'Wasted',
    'Share of busy time spent on executions with an unused result: the caller had timed out, given up, or taken another response. A result that the caller took counts as used, even if the response of the caller itself was too late. For the whole system: share of the time in which components do work of their own and do not wait for others',
  ],
  [
    'Metastable',
    'Down to the end although the fault is over, the load is feasible and all capacity is there: a loop, such as retries, sustains the failure, and nothing shrinks',
  ],
];

function runWords(view: View): string {
  const { result } = view;
  const totals = result.variants.flatMap((variant) => variant.perReplication);
  const sum = (pick: (r: (typeof totals)[number]) => number): string =>
    formatCount(totals.reduce((all, each) => all + pick(each), 0));
  const runs = `${plural(result.variants.length, 'variant')} × ${plural(result.replications, 'replication')}`;
  const times = `${warmupWords(result.run)} thrown away, ${formatSeconds(result.run.duration)} measured`;
  const work = `${sum((r) => r.requests)} requests measured; warm-up included, ${sum((r) => r.attempts)} attempts and ${sum((r) => r.events)} events`;
  return `${runs}, ${times}; seed ${result.seed}; ${work}`;
}

function intervalWords(view: View): string {
  if (fromBatches(view.result))
    return '95 %, interval from batches of one run: for means and shares only, and not for differences. Set run.replications for all the others';
  return view.result.replications > 1
    ? '95 %, over replications; differences are paired. “No difference” means that the whole interval is within the margin: 1 % of the baseline; for shares a tenth of its successes or failures, whichever are fewer, from 0.01 to 1 point, and a tenth of those that a budget allows. Grey, without that word, means that the runs do not decide. With several variants each figure is adjusted for all of them by Holm’s method, and the interval is the one that decides: it excludes 0 only where a difference is found'
    : 'None: one replication. Set run.replications to see how far the figures vary';
}
