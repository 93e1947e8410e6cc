import type { Cell } from '../../cell.js';
import { from, list, map, plain, type WrittenMap } from '../../written.js';
import { durationOf } from '../istio/retries.js';

/** HTTPRouteTimeouts and HTTPRouteRetry: attempts leave out the first try, and failed connections are retried too. */
export function policyOf(rule: Cell): WrittenMap {
  const retry = rule.get('retry');
  const attempts = retry?.get('attempts');
  const count = attempts?.number();
  const codes = (retry?.get('codes')?.items() ?? []).flatMap((code) => {
    const status = code.number();
    return status === undefined || status < 400 ? [] : [from(status, code)];
  });
  const base = durationOf(retry?.get('backoff'));
  const on = list([...['connect', 'reset', 'timeout'].map((word) => plain(word)), ...codes]);
  return map({
    deadline: durationOf(rule.get('timeouts', 'request')),
    timeout: durationOf(rule.get('timeouts', 'backendRequest')),
    retry:
      retry === undefined
        ? undefined
        : map({
            attempts: count === undefined ? plain(2) : from(count + 1, attempts),
            on,
            backoff: base === undefined ? undefined : map({ kind: plain('constant'), base }),
          }),
  });
}
