import { kindIndex, OUTCOME_NAMES } from '../../../../contracts/outcome.js';
import { partName } from '../../../../contracts/plan/names.js';
import { OP } from '../../../../contracts/plan/program.js';
import { formatSeconds, formatShare } from '../../../../text/figures.js';
import { instructionsOf } from '../../../measure/instructions.js';
import { arrivedAt, unavailable, type Refusal, type RefusalKind } from './kind.js';

/** Executions that the time limit of their endpoint ends. */
export const timeLimits: RefusalKind = (place) => {
  const { scene, lane } = place;
  const { plan } = scene.data;
  return lane.parts.flatMap((id): readonly Refusal[] => {
    const program = instructionsOf(plan, plan.parts[id]);
    const limit = program.find(
      ({ op, b }) => op === OP.TIME_LIMIT && kindIndex(b) === SERVER_ERROR,
    );
    const fails = program.some(({ op, a }) => op === OP.DONE && kindIndex(a) === SERVER_ERROR);
    if (limit === undefined || fails) return [];
    const [limitNs] = plan.program.tables[limit.a];
    const subject = partName(plan, id);
    const count = unavailable(place, id);
    const text = `the time limit of ${subject} (${formatSeconds(limitNs / 1e9)}) ends requests`;
    const evidence = `${formatShare(count / Math.max(1, arrivedAt(place, id)))} of them`;
    return [{ ref: { kind: 'timeouts', subject }, text, evidence, count }];
  });
};

const SERVER_ERROR = OUTCOME_NAMES.indexOf('serverError');
