import { powi } from '../../kernel/math.js';
import { batchOf } from '../../language/batches.js';
import { eachStep } from '../../language/each-step.js';
import type { Step, StepOf } from '../../contracts/scenario/steps.js';
import { meanCount } from '../counts.js';
import { layerOf } from '../layers.js';
import { serverSteps, type ServerSteps } from '../programs.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import { bundleYaml } from '../words.js';

type Parallel = StepOf<'parallel'>;

/** Number of branches from which the slowest one determines most response times. */
const MOST = 10;

/** A response that waits for all of many parallel calls (Dean and Barroso, The Tail at Scale, 2013). */
export const fanOutTail: Rule = {
  name: 'fan-out-tail',
  severity: 'hint',
  reason:
    'A request that waits for many calls is as slow as the slowest of them. A latency that one call in a hundred has becomes the latency of most requests.',
  remedy:
    'Hedge the calls, wait for a quorum, or respond with the results that are there after a given time.',
  check: (subject) =>
    serverSteps(subject.scenario).flatMap((program) => {
      const found: Finding[] = [];
      eachStep(program.steps, (step) => {
        if (step.verb === 'parallel') found.push(...findingsOf(step, program, subject));
      });
      return found;
    }),
};

function findingsOf(
  { branches, join, each, background }: Parallel,
  { from, path }: ServerSteps,
  { graph, scenario }: Subject,
): readonly Finding[] {
  const asked = graph.from(from).filter((call) => call.path.includes('parallel'));
  const count =
    branches.filter((branch) => asks(branch)).length * meanCount(each, batchOf(scenario, from));
  if (join.kind !== 'all' || background || asked.length === 0 || !(count >= MOST)) return [];
  if (asked.every(({ layers }) => layerOf(layers, 'hedge') !== undefined)) return [];
  const slow = 1 - powi(0.99, Math.round(Math.min(count, 1000)));
  return [
    {
      path,
      entities: [from],
      message: `${from} waits for all of ${formatNumber(count)} calls at once`,
      measured: `where 1 % of the calls are slow, ${formatShare(slow)} of its answers are`,
      limit: `fewer than ${MOST}`,
      fix: bundleYaml(asked[0], 'hedge: { after: p95, maxExtraLoad: 5% }'),
    },
  ];
}

/** Whether a branch waits for another component. */
function asks(branch: readonly Step[]): boolean {
  let does = false;
  eachStep(branch, ({ verb }) => {
    does ||= verb === 'call' || verb === 'query' || verb === 'load';
  });
  return does;
}
