import { EDGE_COUNTER } from '../../../../spec/patterns/policy.js';
import { bySteps } from '../../../measure/steps.js';
import { formatShare } from '../../../../text/figures.js';
import { counterOf, sumSteps, linksAt } from '../../links.js';
import type { Refusal, RefusalKind } from './kind.js';

/** Calls that are sent on a connection which their callee has just closed. */
export const closedConnections: RefusalKind = ({ scene, record, lane, from, until }) => {
  return linksAt(scene, lane).map((link): Refusal => {
    const { caller, callee, stats } = link;
    const columns = stats.map((stat) => counterOf(record.edges[stat], EDGE_COUNTER.raced));
    const count = sumSteps(bySteps(columns, scene.steps), from, until);
    return {
      ref: { kind: 'timeouts', subject: `${caller.name}->${callee.name}` },
      text: `${callee.name} closes idle connections on which ${caller.name} still sends calls`,
      evidence: `${formatShare(count / Math.max(1, sumSteps(link.sent, from, until)))} of the calls`,
      count,
    };
  });
};
