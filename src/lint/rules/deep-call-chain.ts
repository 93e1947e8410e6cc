import { powi } from '../../kernel/math.js';
import { isStore } from '../stores.js';
import type { Call } from '../calls.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatShare } from '../../text/figures.js';
import { yamlAt } from '../words.js';

/** Longest acceptable chain of services and gateways that wait for each other. */
const MOST = 5;

/** Assumed availability of each of them. */
const EACH = 0.999;

/** A request that waits for a long chain of services. */
export const deepCallChain: Rule = {
  name: 'deep-call-chain',
  severity: 'warning',
  reason:
    'Every service of the chain has to be up at the same time, all latencies add up, and a failure of the last one fails the first one.',
  remedy:
    'Do what the response does not need asynchronously, or keep a local copy of data from the far end of the chain.',
  check(subject): readonly Finding[] {
    const ways = longestWays(subject);
    return waitedFor(subject).flatMap((call) => {
      const way = ways.get(call.from) ?? null;
      return way?.length === MOST ? [findingOf(call, [...callsOf(way), call])] : [];
    });
  },
};

/** Calls between services and gateways whose caller waits for the end. */
function waitedFor({ scenario, calls }: Subject): readonly Call[] {
  return calls.filter(
    ({ callee, background, times }) => times > 0 && !background && !isStore(scenario, callee),
  );
}

/** A chain of calls, from its last one. Chains share their beginnings. */
interface Way {
  readonly length: number;
  readonly last: Call;
  readonly before: Way | null;
}

function callsOf(way: Way): readonly Call[] {
  const calls: Call[] = [];
  for (let at: Way | null = way; at !== null; at = at.before) calls.push(at.last);
  return calls.reverse();
}

/** The longest chain of such calls that ends at each part. Cycles do not extend a chain. */
function longestWays(subject: Subject): ReadonlyMap<string, Way> {
  const waited = new Set(waitedFor(subject));
  const ways = new Map<string, Way>();
  for (const part of [...subject.graph.calleesFirst].reverse()) {
    let longest: Way | null = null;
    for (const call of subject.graph.into(part)) {
      if (!waited.has(call)) continue;
      const before = ways.get(call.from) ?? null;
      const length = (before?.length ?? 0) + 1;
      if (length > (longest?.length ?? 0)) longest = { length, last: call, before };
    }
    if (longest !== null) ways.set(part, longest);
  }
  return ways;
}

function findingOf(last: Call, chain: readonly Call[]): Finding {
  const way = [chain[0].from, ...chain.map(({ to }) => to)];
  const share = formatShare(powi(EACH, chain.length));
  const part = last.from.slice(last.caller.length + 1);
  return {
    path: last.path,
    entities: way,
    message: `a request waits for a row of services: ${way.join(' -> ')}`,
    measured: `${chain.length} in a row, there ${share} of the time if each is there 99.9 %`,
    limit: `at most ${MOST}`,
    fix: yamlAt(
      ['services', last.caller, 'endpoints', part],
      `steps: [ { call: ${last.to}, background: true } ]`,
    ),
  };
}
