import { z } from 'zod';
import { absent, field } from '../../contracts/fields/field.js';
import type { Ns } from '../../kernel/time.js';
import type {
  BalancerKind,
  BalancerSetup,
  BalancerState,
} from '../../contracts/patterns/balancer.js';
import type { Outcome } from '../../contracts/outcome.js';
import { whole } from '../../contracts/quantities/quantities.js';
import { weightsField, weightsOf } from '../mechanisms/instance-weights.js';
import { OutcomeSet } from '../mechanisms/outcome-terms.js';
import { SmoothRounds } from '../mechanisms/smooth-rounds.js';

const SECOND = 1_000_000_000;

const schema = z.strictObject({
  weights: weightsField('A failure lowers the effective weight; each pick restores 1 of it.'),
  maxFails: field.whole(
    1,
    'Failed attempts after which this caller skips an instance for `failTimeout`; then one attempt tries it again. ' +
      '0 never skips an instance.',
    { unit: 'attempts', min: 0, max: 1_000_000 },
  ),
  failTimeout: field
    .duration(
      '10s',
      'How long an instance is skipped after its last failure. nginx measures it on a clock of whole seconds and ' +
        'includes the last one, so 10s means 10 to 11 s.',
      { allowZero: true },
    )
    .refine((ns) => ns % SECOND === 0, {
      error: 'must be a whole number of seconds: nginx counts in seconds',
    }),
  backup: field.of(
    z.array(whole({ min: 0, max: 65_535 })).min(1),
    absent(),
    'Indices of the instances that are `backup` servers: they are picked, with the same rules, while all others ' +
      'are skipped.',
    'list',
  ),
  nextUpstream: z
    .array(z.literal([429, 500, 502, 503, 504]))
    .default([])
    .describe(
      'Statuses that also count as failures, like http_500 in proxy_next_upstream. Refused or ' +
        'reset connections and timeouts always count. Defaults to none.',
    ),
});

type Config = z.output<typeof schema>;

const ALWAYS = ['refused', 'connectTimeout', 'reset', 'timeout', 'deadlineExceeded'] as const;

/**
 * Smooth weighted round robin over the instances that have not failed too often. A failure takes part
 * of an instance's weight, each pick gives 1 back. Times are whole seconds, as nginx's cached clock.
 */
class Nginx implements BalancerState {
  private readonly setup: BalancerSetup;
  private readonly maxFails: number;
  private readonly failTimeout: number;
  private readonly failures: OutcomeSet;
  private readonly weights: Float64Array;
  private readonly effective: Float64Array;
  /** By instance: 1 for a backup server; null = there are none. */
  private readonly backup: Uint8Array | null;
  private readonly rounds: SmoothRounds;
  private readonly fails: Int32Array;
  /** Second of the last failure, and second of the last failure or later try. */
  private readonly accessed: Float64Array;
  private readonly checked: Float64Array;

  constructor(config: Config, setup: BalancerSetup) {
    const { size } = setup;
    this.setup = setup;
    this.maxFails = config.maxFails;
    this.failTimeout = config.failTimeout / SECOND;
    this.failures = new OutcomeSet([...ALWAYS, ...config.nextUpstream]);
    this.weights = weightsOf(config.weights, size);
    this.effective = Float64Array.from(this.weights);
    this.backup = backupsOf(config.backup, size);
    this.rounds = new SmoothRounds(size);
    this.fails = new Int32Array(size);
    this.accessed = new Float64Array(size);
    this.checked = new Float64Array(size);
    this.reset();
  }

  pick(candidates: Int32Array, count: number): number {
    if (this.backup === null) return this.pickOf(0, candidates, count);
    const first = this.pickOf(0, candidates, count);
    return first >= 0 ? first : this.pickOf(1, candidates, count);
  }

  /** Picks a server, or a backup server (ngx_http_upstream_get_round_robin_peer: peers, then peers->next). */
  private pickOf(group: 0 | 1, candidates: Int32Array, count: number): number {
    const { rounds, effective, weights, backup } = this;
    const second = this.second();
    rounds.begin();
    for (let k = 0; k < count; k++) {
      const instance = candidates[k];
      if (backup !== null && backup[instance] !== group) continue;
      if (this.isLeftOut(instance, second)) continue;
      rounds.offer(instance, effective[instance]);
      if (effective[instance] < weights[instance]) effective[instance]++;
    }
    const best = rounds.take();
    if (best >= 0 && second - this.checked[best] > this.failTimeout) this.checked[best] = second;
    return best;
  }

  ended(instance: number, _afterNs: Ns, outcome: Outcome): void {
    const { maxFails, effective, weights } = this;
    // With a single server there is no alternative, so nginx counts no failures.
    if (this.setup.size === 1) return;
    if (!this.failures.has(outcome)) {
      if (this.accessed[instance] < this.checked[instance]) this.fails[instance] = 0;
      return;
    }
    this.fails[instance]++;
    this.accessed[instance] = this.checked[instance] = this.second();
    if (maxFails > 0) {
      const lost = Math.floor(weights[instance] / maxFails);
      effective[instance] = Math.max(effective[instance] - lost, 0);
    }
  }

  reset(): void {
    this.rounds.reset();
    this.effective.set(this.weights);
    this.fails.fill(0);
    // The distant past: nginx's clock counts from 1970.
    this.accessed.fill(-Infinity);
    this.checked.fill(-Infinity);
  }

  forget(instance: number): void {
    this.fails[instance] = 0;
    this.effective[instance] = this.weights[instance];
    this.accessed[instance] = this.checked[instance] = -Infinity;
  }

  private isLeftOut(instance: number, second: number): boolean {
    const { maxFails } = this;
    return (
      maxFails > 0 &&
      this.fails[instance] >= maxFails &&
      second - this.checked[instance] <= this.failTimeout
    );
  }

  private second(): number {
    return Math.floor(this.setup.clock.now / SECOND);
  }
}

function backupsOf(written: readonly number[] | undefined, size: number): Uint8Array | null {
  if (written === undefined) return null;
  const backup = new Uint8Array(size);
  for (const instance of written) if (instance < size) backup[instance] = 1;
  return backup;
}

/** `loadBalancing` of kind `nginx`: an `upstream` block of a proxy. */
export const nginx: BalancerKind<typeof schema> = {
  balancer: 'nginx',
  summary:
    'Smooth weighted round robin over a fixed list. A failing instance is skipped for some ' +
    'seconds; when all are skipped, attempts are refused.',
  sources: [
    'Nginx ngx_http_upstream_round_robin.c, ngx_http_upstream_module (max_fails, fail_timeout)',
    'Nginx ngx_http_proxy_module (proxy_next_upstream)',
  ],
  schema,
  fixedList: true,
  wholeList: true,
  create: (config, setup) => new Nginx(config, setup),
};
