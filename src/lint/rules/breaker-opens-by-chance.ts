import { powi } from '../../kernel/math.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Call } from '../calls.js';
import { errorShares } from '../errors.js';
import { policyTraits } from '../../patterns/registry.js';
import { layerOf, serverError, triesOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import { bundleYaml, callText, inPolicy, yamlAt } from '../words.js';

/** A callee with a higher failure rate is failing, and its breaker should open. */
const FAILING_SHARE = 0.5;

/** A breaker that opens after so few consecutive failures that a healthy callee reaches them at random. */
export const breakerOpensByChance: Rule = {
  name: 'breaker-opens-by-chance',
  severity: 'warning',
  reason:
    'Independent errors occur in runs too, so a low count of consecutive failures opens the breaker although the callee is healthy.',
  remedy: 'Require more consecutive failures, or use a failure ratio over a window.',
  check(subject): readonly Finding[] {
    const shares = errorShares(subject);
    return subject.calls.flatMap((call) => findingsOf(call, shares(call.to), subject) ?? []);
  },
};

function findingsOf(call: Call, share: number, { scenario, traffic }: Subject): Finding | null {
  const layer = layerOf(call.layers, 'circuitBreaker');
  if (layer === undefined) return null;
  const { consecutive: row, classes } = policyTraits('circuitBreaker', layer);
  if (row === null || !classes.isFailure(serverError(500))) return null;
  // Retries inside the breaker hide single failures from it.
  const inside = triesOf(call.layers.slice(call.layers.indexOf(layer)));
  const failing = inside === 1 ? share : powi(share, Math.min(inside, 1000));
  if (failing === 0 || failing >= FAILING_SHARE) return null;
  const seconds = scenario.run.durationNs / NS_PER_SECOND;
  const calls = (traffic.mean.get(call.from) ?? 0) * call.times * seconds;
  const trips = (failures: number): number => calls * powi(failing, failures) * (1 - failing);
  if (calls === Infinity || trips(row.failures) < 1) return null;
  let enough = row.failures;
  while (trips(enough) >= 0.01) enough++;
  const field = row.field[row.field.length - 1];
  return {
    ...inPolicy(call, 'circuitBreaker', ...row.field),
    message: `the breaker of ${callText(call)} opens without a cause`,
    measured:
      `${formatShare(failing)} of ${formatNumber(calls)} calls fail anyhow: ` +
      `${row.failures} in a row about ${formatNumber(trips(row.failures))} times in a run`,
    limit: 'less than once',
    fix: bundleYaml(
      call,
      yamlAt(['circuitBreaker', ...row.field.slice(0, -1)], `${field}: ${enough}`),
    ),
  };
}
