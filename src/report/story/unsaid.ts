import type { Result, VariantResult } from '../../spec/result/result.js';
import { formatInstant, formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { isBroken } from '../budget-words.js';

/** With fewer requests a p99 says little. */
const FEW = 1000;

/** What the runs of a variant do not decide, each with the reason and the remedy. */
export function unsaidOf(result: Result, variant: VariantResult): readonly string[] {
  return [
    ...lonely(result),
    ...fewRequests(variant),
    ...unstruck(result, variant),
    ...tooShort(result, variant),
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

/** Runs that end before it is known whether the users recover. */
function tooShort({ run }: Result, { faults, cascade }: VariantResult): readonly string[] {
  const open = cascade.verdicts.filter((verdict) => verdict === 'undecided').length;
  const isStruck = cascade.events.some(({ kind }) => kind === 'fault');
  if (open === 0 || !isStruck) return [];
  const ends = faults.flatMap(({ spans }) => spans.map(({ until }) => until));
  const last = Math.min(run.duration, Math.max(0, ...ends));
  const left = run.duration - last;
  const which = cascade.verdicts.length === 1 ? '' : ` in ${plural(open, 'replication')}`;
  return [
    `Whether it recovers${which}: the run ends ${formatSeconds(left)} after the last fault (a longer run.duration).`,
  ];
}

function undecidedBudgets({ budgets }: VariantResult): readonly string[] {
  return budgets
    .filter((budget) => budget.verdict === 'inconclusive' && !isBroken(budget))
    .map(({ name, text, note }) => {
      const why = note ?? 'the interval of the runs contains the limit (more --replications)';
      return `The budget ${name ?? text}: ${why}.`;
    });
}
