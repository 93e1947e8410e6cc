import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of the pinned accounts: one text for each letter of the patterns, one for each other folder. */
const FOLDER = 'test/scenarios/accounts';
/** Steps in which shares are pinned: a small change of a simulation must not move them. */
const STEP = 0.05;
const COLUMNS = 100;

/**
 * Patterns that are pinned with one run, as their test runs them: one run has the decisive number and passes every budget
 * and expectation, with other seeds too, and no account of several runs says that they differ. The other patterns, and
 * incidents and studies, run in full.
 */
const ONCE = (
  'adaptive-concurrency alert-windows autoscaler-frozen autoscaling-blind autoscaling-lag ' +
  'autoscaling-scheduled autoscaling-step balancing balancing-kong balancing-nginx ' +
  'balancing-slow-start balancing-subset balancing-weighted balancing-zone-aware ' +
  'breaker-cockatiel breaker-cockatiel-sample breaker-custom breaker-gobreaker ' +
  'breaker-half-open breaker-resilience4j breaker-simple burst cache-jitter ' +
  'cache-miss-is-error canary-routes chaos-schedule client-rate-limit client-throttle ' +
  'cluster-autoscaler coalescing code-breaker code-cache-error-is-miss ' +
  'code-dropped-compensation code-dual-write code-proxy-no-error-handler code-status-200 ' +
  'cold-start concurrency-limit-per-key connection-churn constant-arrivals corrupt-messages ' +
  'cpu-background cpu-sharing cpu-stress crash crash-loop database-per-service ' +
  'dead-letter-redrive deadline discovery-client discovery-consul dry-run ' +
  'duplicate-messages edge-rest-inside-grpc endpoint-limits endpoint-propagation ' +
  'error-after-work event-gaps event-loop-block fallback fallback-call fallback-steps ' +
  'fast-failing-replica fault-jitter gateway-chain gateway-chain-of-six gateway-rollout ' +
  'gateway-undersized gc-pauses graceful-stop grpc-pushback handshake-cost hang-and-pause ' +
  'hedge hedge-per-key hot-key hot-topic-partition http2-streams idempotency-key ' +
  'introspection-cache l4-balancing latency-correlation latency-fault liveness-probe ' +
  'lock-step loss makeshift-answer memory-limit mirror node-drain node-loss noisy-tenant ' +
  'optimistic-conflicts panic-threshold path-prefix-proxy patience paused-broker ' +
  'pool-acquire-timeout pool-go pool-hikari pool-hikari-validation pool-idle probe-lies ' +
  'projection-hot-cold protocol-translation queue-codel queue-discipline queue-fair ' +
  'queue-max-wait queue-priority ramping-users rate-limit-resilience4j renewal ' +
  'replayed-traffic restart-loop retry-after retry-budget retry-exponential retry-jitter ' +
  'rollout-autoscaled rollout-bad-version rollout-heavier-version rollout-rolling runtimes ' +
  'saga-ambiguous saga-choreography saga-compensation saga-crash saga-isolation saga-lease ' +
  'scatter-gather search-refresh self-preservation server-admission shards-hot shards-locks ' +
  'shed-dagor sinusoid snapshots-invalidated startup-probe thread-limit thundering-herd ' +
  'tied-requests transaction-call zero-trust-hops zone-outage zone-recovery zones'
).split(' ');

/** Scenarios that are pinned with fewer replications or variants than they have, as their tests run them. */
const LESS = {
  'scenarios/cache-stampede.yaml': {
    replications: 1,
    variants: ['plain', 'bulkhead', 'coalesce-cluster', 'fail-fast'],
  },
  'scenarios/checkout.yaml': { replications: 2 },
  'scenarios/cqrs-event-sourcing.yaml': { replications: 1 },
  'scenarios/event-backlog.yaml': {
    variants: ['as-is', 'more-consumers', 'no-dead-letter', 'huge-polls'],
  },
  'scenarios/online-boutique-saga.yaml': { replications: 1 },
  'scenarios/online-boutique.yaml': {
    replications: 2,
    variants: ['as-shipped', 'guarded', 'parallel-home'],
  },
  'scenarios/order-saga.yaml': { replications: 1 },
  'scenarios/p99-claim.yaml': { replications: 3 },
  'scenarios/pool-exhaustion.yaml': { replications: 1 },
  'scenarios/retry-metastable.yaml': {
    replications: 2,
    variants: ['retries', 'no-retries', 'backoff', 'budget', 'short-queue', 'low-load'],
  },
  'scenarios/shared-database.yaml': { replications: 1 },
  'scenarios/shop.yaml': { replications: 1 },
  ...Object.fromEntries(
    ONCE.map((name) => [`scenarios/patterns/${name}.yaml`, { replications: 1 }]),
  ),
};

/** Scenarios without a pinned account, each with the reason. */
const ELSEWHERE = {
  'scenarios/baseline/shop.yaml': 'needs the saved result that it is compared with',
};

/** Every scenario with its options, sorted by path. Fails if options belong to no scenario. */
export function pinned(root) {
  const paths = readdirSync(join(root, 'scenarios'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `scenarios/${name.replaceAll('\\', '/')}`)
    .filter((path) => ELSEWHERE[path] === undefined)
    .sort();
  const unknown = Object.keys(LESS).filter((path) => !paths.includes(path));
  if (unknown.length > 0) throw new Error(`options of no scenario: ${unknown.join(', ')}`);
  return paths.map((path) => ({ path, ...lessOf(path) }));
}

/** Options with which the test of a scenario runs it: fewer replications, fewer variants, or none. */
export function lessOf(path) {
  return LESS[path] ?? {};
}

/** The file that has the account of a scenario, from the root of the project. */
export function accountFile(path) {
  const [, folder, name] = path.split('/');
  if (name === undefined) return `${FOLDER}/top.txt`;
  return `${FOLDER}/${folder === 'patterns' ? `patterns-${name[0]}` : folder}.txt`;
}

/** The pinned account of a scenario; empty if it has none. */
export function pinnedAccount(root, path) {
  const file = join(root, accountFile(path));
  const sections = existsSync(file) ? readFileSync(file, 'utf8').split(/^(?=== )/m) : [];
  return sections.find((text) => text.startsWith(`${headOf(path)},`))?.trimEnd() ?? '';
}

/** Paths of all scenarios that a folder of texts has accounts of, sorted. */
export function accountPaths(root) {
  return readdirSync(join(root, FOLDER))
    .flatMap((name) => readFileSync(join(root, FOLDER, name), 'utf8').split('\n'))
    .filter((line) => line.startsWith('== '))
    .map((line) => line.slice('== '.length, line.lastIndexOf(',')))
    .sort();
}

/** The account of a result as it is pinned: a heading, then each variant. */
export function accountText(path, { replications, variants }) {
  const runs = replications === 1 ? '1 run' : `${replications} runs`;
  return [`${headOf(path)}, ${runs}`, ...variants.map(variantText)].join('\n');
}

function headOf(path) {
  return `== ${path}`;
}

function variantText({ name, cascade, summary }) {
  const causes = cascade.causes.map(causeText);
  const innocent = cascade.innocent.map(({ fault, reason }) => `  innocent: ${fault}, ${reason}`);
  return [
    `${name}: ${endingsText(cascade.endings)}${recoveryText(summary.recovery)}`,
    ...wrapped(cascade.sentence === '' ? 'Nothing degrades.' : cascade.sentence),
    ...causes,
    ...innocent,
  ].join('\n');
}

/** The verdicts with their reasons and, where the runs differ, the number of runs. */
function endingsText(endings) {
  const texts = endings.map(({ verdict, reason, subject }) => {
    const of = subject === null ? '' : ` ${subject}`;
    return `${verdict} (${reason}${of})`;
  });
  const kinds = [...new Set(texts)];
  if (kinds.length === 1) return kinds[0];
  return kinds.map((kind) => `${texts.filter((one) => one === kind).length}x ${kind}`).join(', ');
}

function recoveryText({ fault, value, never, each }) {
  if (fault === null) return '';
  const after = `; recovery after ${fault} `;
  if (never > 0) return `${after}never in ${never} of ${each.length}`;
  return value === null ? '' : `${after}${value.toFixed(1)} s`;
}

function causeText({ role, kind, subject, resource, fault, share }) {
  const what = resource === undefined ? kind : `${kind} (${resource})`;
  const id = fault === undefined || fault === subject ? '' : ` ${fault}`;
  const part = share === null ? '' : `, ${(Math.round(share / STEP) * STEP * 100).toFixed(0)} %`;
  return `  ${role}: ${what} ${subject}${id}${part}`;
}

/** Lines of a sentence, so that a difference shows where it is. */
function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`;
    if (line.length > COLUMNS - 3) lines.push(` ${word}`);
    else lines[lines.length - 1] = line;
  }
  return lines.map((line) => `  |${line}`);
}
