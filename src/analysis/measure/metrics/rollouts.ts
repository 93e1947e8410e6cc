import type { ROLLOUT_METRICS } from '../../../language/metrics/rollouts.js';
import { nothing, recoveryFrom, shareOf, type Measured } from '../estimate.js';
import type { Measurement, Measurements, Question } from '../question.js';
import { answeredIn, componentOf, courseOf, resultsOf, shareOfRuns } from '../rollouts.js';

/** How the metrics of rollouts are computed. */
export const ROLLOUT_MEASUREMENTS: Measurements<typeof ROLLOUT_METRICS> = {
  'rollout.result': ofRollout(({ data }, component) =>
    shareOfRuns(resultsOf(data, component), 'promoted'),
  ),
  'rollout.duration': ofRollout(({ data }, component) => {
    const each = data.records.map((record) => {
      const course = courseOf(record, component);
      return course === null ? Infinity : (course.endedNs - course.beganNs) / 1e9;
    });
    return recoveryFrom(each);
  }),
  'rollout.exposed': ofRollout(({ data, window }, component) => {
    const counts = (name: string): readonly number[] =>
      data.records.map((record) => answeredIn(record, component, name, window.cells));
    return shareOf(counts('next'), counts('served'));
  }),
};

/** A service without a rollout has no figure. */
function ofRollout(rule: (question: Question, component: number) => Measured): Measurement {
  return (question) => {
    const component = componentOf(question.data, question.selection);
    return component === null ? nothing(question.data.records.length) : rule(question, component);
  };
}
