import type { Cell } from '../../cell.js';
import { from, list, map, plain, type Written } from '../../written.js';
import { durationOf, outcomesOf } from '../istio/retries.js';

/**
 * Annotations with which clients of a Service or of its route call it, as fields of a bundle. Sources: linkerd/linkerd2,
 * policy-controller/k8s/index/src/outbound; linkerd/linkerd2-proxy, http/retry.rs and http/breaker.
 */
export function policiesIn(annotations: Cell): Map<string, Written> {
  const fields = new Map<string, Written>();
  const set = (name: string, value: Written | undefined): void => {
    if (value !== undefined) fields.set(name, value);
  };
  const deadline = annotations.get('timeout.linkerd.io/request');
  const response = annotations.get('timeout.linkerd.io/response');
  const each = annotations.get('retry.linkerd.io/timeout');
  set('deadline', durationOf(deadline));
  set('timeout', durationOf(each) ?? durationOf(response));
  set('retry', retryOf(annotations, fields.has('timeout')));
  set('circuitBreaker', breakerOf(annotations));
  response?.list('the limit of a try that is repeated counts');
  annotations.get('timeout.linkerd.io/idle')?.list('streams are not simulated');
  return fields;
}

/** The limit leaves out the first try. A try that takes too long is repeated too; a failed connection is not. */
function retryOf(annotations: Cell, hasTimeout: boolean): Written | undefined {
  const limit = annotations.get('retry.linkerd.io/limit');
  const http = annotations.get('retry.linkerd.io/http');
  const grpc = annotations.get('retry.linkerd.io/grpc');
  const each = annotations.get('retry.linkerd.io/timeout');
  if ([limit, http, grpc, each].every((cell) => cell === undefined)) return undefined;
  const ofGrpc = outcomesOf(grpc);
  const on = [
    ...statusesOf(http),
    ...(ofGrpc?.kind === 'list' ? ofGrpc.items : []),
    ...(hasTimeout ? [plain('timeout')] : []),
  ];
  const count = limit?.number();
  if (on.length === 0 || count === 0) return undefined;
  const attempts =
    count === undefined ? { ...plain(2), note: 'Linkerd default' } : from(count + 1, limit);
  return map({ attempts, on: list(on), backoff: BACKOFF });
}

/** 25 ms, doubled up to 250 ms, and up to as much again at random: U(25 ms, 50 ms) first. */
const BACKOFF = map({
  kind: plain('exponential'),
  base: plain('37.5ms'),
  max: plain('250ms'),
  jitter: plain('33%'),
});

/** Ranges with more statuses than this are written as a group. */
const STATUSES_MAX = 20;

/** `5xx`, `gateway-error`, `503`, `500-504`. */
function statusesOf(cell: Cell | undefined): readonly Written[] {
  return (cell?.text() ?? '').split(',').flatMap((word): readonly Written[] => {
    const text = word.trim().toLowerCase();
    if (text === '5xx') return [from('5xx', cell)];
    const [, first, last = first] =
      /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(text === 'gateway-error' ? '502-504' : text) ?? [];
    if (first === undefined) return [];
    const start = Math.max(400, Number(first));
    const count = Number(last) - start + 1;
    if (count > STATUSES_MAX) return [from(start < 500 ? '4xx' : '5xx', cell)];
    return Array.from({ length: Math.max(0, count) }, (_, k) => from(start + k, cell));
  });
}

const ACCRUAL = 'balancer.linkerd.io/failure-accrual';
const RATE = 'balancer.alpha.linkerd.io/failure-accrual-success-rate';

function breakerOf(annotations: Cell): Written | undefined {
  const mode = annotations.get(ACCRUAL);
  const isUnified = mode?.text() === 'unified';
  if (!isUnified && mode?.text() !== 'consecutive') return undefined;
  const own = (name: string): Cell | undefined => annotations.get(`${ACCRUAL}-consecutive-${name}`);
  const rate = (name: string): Cell | undefined => annotations.get(`${RATE}-${name}`);
  const successRate = map({
    threshold: shareOf(rate('threshold')),
    window: durationOf(rate('window')),
    minRequests: countOf(rate('min-requests')),
  });
  return map({
    kind: from('linkerd', mode),
    maxFailures: countOf(own('max-failures')),
    minPenalty: durationOf(own('min-penalty')),
    maxPenalty: durationOf(own('max-penalty')),
    jitterRatio: shareOf(own('jitter-ratio')),
    successRate: isUnified ? successRate : undefined,
  });
}

function countOf(cell: Cell | undefined): Written | undefined {
  const count = cell?.number();
  return count === undefined ? undefined : from(count, cell);
}

/** `0.5` is 50 %. */
function shareOf(cell: Cell | undefined): Written | undefined {
  const share = cell?.number();
  return share === undefined ? undefined : from(`${Math.min(1, share) * 100}%`, cell);
}
