import { EDGE_COUNTER } from '../../../../contracts/patterns/policy.js';
import { countersBySteps } from '../../../measure/steps.js';
import { formatShare } from '../../../../text/figures.js';
import { sumSteps, linksAt } from '../../links.js';
import type { Refusal, RefusalKind } from './kind.js';

/** Calls that are sent on a connection which their callee has just closed. */
export const closedConnections: RefusalKind = ({ scene, record, lane, from, until }) => {
  return linksAt(scene, lane).map((link): Refusal => {
    const { caller, callee, stats } = link;
    const rows = stats.map((stat) => record.edges[stat]);
    const counts = countersBySteps(rows, EDGE_COUNTER.raced, scene.steps);
    const count = sumSteps(counts, from, until);
    return {
      ref: { kind: 'timeouts', subject: `${caller.name}->${callee.name}` },
      text: `${callee.name} closes idle connections on which ${caller.name} still sends calls`,
      evidence: `${formatShare(count / Math.max(1, sumSteps(link.sent, from, until)))} of the calls`,
      count,
    };
  });
};
