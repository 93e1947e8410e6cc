import type { REQUEST_METRICS } from '../../../language/metrics/requests.js';
import type { OutcomeName } from '../../../contracts/outcome.js';
import { partSums } from '../column-sums.js';
import { withFinished, withGood, withLatencies, withServed, withSuccesses } from '../batches.js';
import { distributionOf, meanOf, nothing, ratioOf, shareOf, type Measured } from '../estimate.js';
import { goodByRun, latencyOf, outcomesByRun } from '../outcomes.js';
import type { Measurement, Measurements, Question } from '../question.js';
import { measureLatencyRecovery } from '../latency-recovery.js';
import { measureOutage } from '../outage.js';
import { measureRecovery } from '../recovery.js';
import { statusCount, statusesByRun } from '../statuses.js';
import { arrivedOf, finishedOf, outcomeOf, succeededOf, type OutcomeCounts } from '../sums.js';

/** How the metrics of requests and calls are computed. */
export const REQUEST_MEASUREMENTS: Measurements<typeof REQUEST_METRICS> = {
  latency: latency('latency'),
  successLatency: latency('successLatency'),
  throughput: (question) => {
    // Requests that hang are failures, but they never end.
    const hanging = partSums(question, 'hanging');
    const omitted = partSums(question, 'omitted');
    const finished = countsOf(question, finishedOf).map(
      (n, run) => n - hanging[run] - omitted[run],
    );
    return withFinished(meanOf(perSecond(question, finished)), question);
  },
  goodput: (question) => {
    const good = goodByRun(question, outcomesByRun(question));
    return withGood(meanOf(perSecond(question, good)), question);
  },
  success: (question) =>
    question.data.countsUnanswered === true && isOfUsers(question)
      ? shareOf(countsOf(question, succeededOf), countsOf(question, arrivedOf))
      : withSuccesses(ofFinished(question, succeededOf), question),
  availability: (question) => {
    const good = goodByRun(question, outcomesByRun(question));
    return withServed(shareOf(good, countsOf(question, arrivedOf)), question);
  },
  outcomes: (question) => meanOf(countsOf(question, asked(question)), 'exact'),
  share: (question) => {
    const counts = question.data.countsUnanswered === true && isOfUsers(question);
    const all = counts || question.ending === 'unfinished' ? arrivedOf : finishedOf;
    return shareOf(countsOf(question, asked(question)), countsOf(question, all));
  },
  statuses: (question) => meanOf(answersWith(question), 'exact'),
  statusShare: (question) => shareOf(answersWith(question), countsOf(question, finishedOf)),
  recovery: ({ data, selection, clause }) =>
    clause?.kind === 'after'
      ? measureRecovery(data, selection.parts, clause.fault)
      : nothing(data.records.length),
  outage: ({ data, selection, spans }) => measureOutage(data, selection.parts, spans),
  latencyRecovery: ({ data, selection, clause }) =>
    clause?.kind === 'after'
      ? measureLatencyRecovery(data, selection.parts, clause.fault)
      : nothing(data.records.length),
  abandoned: (question) => ofFinished(question, (run) => outcomeOf(run, 'abandoned')),
  apdex,
};

type Pick = (outcomes: OutcomeCounts) => number;

/** Whether all that is asked about are requests of workloads. */
function isOfUsers({ data, selection }: Question): boolean {
  const users = new Set(data.requests);
  return selection.callers === null && selection.parts.every((part) => users.has(part));
}

/** A count of outcomes, by run. */
function countsOf(question: Question, pick: Pick): readonly number[] {
  return outcomesByRun(question).map((run) => pick(run));
}

function ofFinished(question: Question, pick: Pick): Measured {
  return shareOf(countsOf(question, pick), countsOf(question, finishedOf));
}

/** Counts the outcome that follows the name of the metric. */
function asked({ ending }: Question): Pick {
  return (run) => outcomeOf(run, ending as OutcomeName);
}

/** Responses with the status that follows the name of the metric, by run. */
function answersWith(question: Question): readonly number[] {
  return statusesByRun(question).map((run) => statusCount(run, question.ending));
}

function perSecond({ window }: Question, counts: readonly number[]): readonly number[] {
  const seconds = window.lengthNs / 1e9;
  return counts.map((count) => count / seconds);
}

function latency(which: 'latency' | 'successLatency'): Measurement {
  return (question) => {
    const { all, each } = latencyOf(question, which);
    const measured = distributionOf(all, each, question.ending);
    return question.ending === 'mean' ? withLatencies(measured, question, which) : measured;
  };
}

function apdex(question: Question): Measured {
  const target = question.data.variant.scenario.report.apdexNs;
  const finished = countsOf(question, finishedOf);
  const { each } = latencyOf(question, 'successLatency');
  const scores = each.map((histogram) => {
    if (histogram.count === 0) return 0;
    const satisfied = histogram.cdfAt(target);
    const tolerating = histogram.cdfAt(4 * target) - satisfied;
    return histogram.count * (satisfied + tolerating / 2);
  });
  return ratioOf(scores, finished);
}
