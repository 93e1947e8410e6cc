import { endingWords, ofRuns, REMEDIES } from '../../analysis/story/ending-words.js';
import type { Result, VariantResult } from '../../contracts/result/result.js';
import { formatInstant, formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { isBroken } from '../view/budget-words.js';
import { JUDGED_LISTS } from '../view/judged.js';

/** With fewer requests a p99 says little. */
const FEW = 1000;

/** What the runs of a variant do not decide, each with the reason and the remedy. */
export function unsaidOf(result: Result, variant: VariantResult): readonly string[] {
  return [
    ...lonely(result),
    ...fewRequests(variant),
    ...unstruck(result, variant),
    ...late(result, variant),
    ...open(variant),
    ...undecidedBudgets(variant),
  ];
}

function lonely({ replications }: Result): readonly string[] {
  if (replications > 1) return [];
  return ['How often this happens: there is one replication (--replications 5 makes five).'];
}

function fewRequests({ summary: { requests } }: VariantResult): readonly string[] {
  if (requests === 0) return ['Everything about users: no request arrived in the measured time.'];
  if (requests >= FEW) return [];
  return [`The p99: ${plural(requests, 'request')} in all runs are few (a longer run.duration).`];
}

/** Faults that do not strike in the replication of the timeline. */
function unstruck({ run }: Result, { faults, cascade }: VariantResult): readonly string[] {
  const struck = new Set(
    cascade.events.filter(({ kind }) => kind === 'fault').map((e) => e.subject),
  );
  const missing = faults.filter(({ id }) => !struck.has(id));
  return missing.map(({ id, words, spans }) => {
    const [first] = spans;
    const why =
      first === undefined
        ? 'its condition is never met there'
        : first.from >= run.duration
          ? `it starts at ${formatInstant(first.from)}, after the end of the run`
          : 'by its probability, or because nothing is left to hit';
    return `The effect of “${words}” (${id}): it does not strike in the first replication, ${why}.`;
  });
}

/** Faults that begin so late that the run shows little of their effect. */
function late({ run }: Result, { faults }: VariantResult): readonly string[] {
  return faults.flatMap(({ id, words, spans: [first] }) => {
    const left = first === undefined ? 0 : run.duration - first.from;
    return left > 0 && left < SEEN
      ? [
          `The effect of “${words}” (${id}): it starts ${formatSeconds(left)} before the end of the run (a longer run.duration).`,
        ]
      : [];
  });
}

/** Seconds of a fault that a verdict needs at least: one window. */
const SEEN = 5;

/** Runs whose end does not show whether the users recover, by reason. */
function open({ cascade: { endings } }: VariantResult): readonly string[] {
  const undecided = endings.filter(({ verdict }) => verdict === 'undecided');
  const reasons = [...new Set(undecided.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const own = undecided.filter((ending) => ending.reason === reason);
    const remedy = REMEDIES[reason] === '' ? '' : ` (${REMEDIES[reason]})`;
    return `Whether it recovers${ofRuns(own.length, endings.length)}; the run does not show it: ${endingWords(own[0]!)}${remedy}.`;
  });
}

function undecidedBudgets(variant: VariantResult): readonly string[] {
  return JUDGED_LISTS.flatMap(({ of, noun }) =>
    of(variant)
      .filter((budget) => budget.verdict === 'inconclusive' && !isBroken(budget))
      .map(({ name, text, note }) => {
        const why = note ?? 'the interval of the runs contains the limit (more --replications)';
        return `The ${noun} ${name ?? text}: ${why}.`;
      }),
  );
}
