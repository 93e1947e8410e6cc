import type { Call } from '../calls.js';
import type { Rule } from '../rule.js';
import { isStore } from '../stores.js';
import { callText, yamlAt } from '../words.js';

/** A remote call that holds a connection, a row or a lock. */
export const callInsideTransaction: Rule = {
  name: 'call-inside-transaction',
  severity: 'warning',
  reason:
    'The transaction keeps its locks and its connection for the time of the call. A slow callee then slows down every request that needs the same rows or connections.',
  remedy: 'Call before or after the transaction: read, call, then write in a short transaction.',
  check: ({ calls, scenario }) =>
    calls.flatMap((call) => {
      const { inside } = call;
      if (inside === null || isStore(scenario, call.callee) || call.background) return [];
      return {
        path: call.path,
        entities: [call.from, call.to],
        message: `${callText(call)} is called inside ${inside.text}`,
        measured: `a call between the beginning and the end of ${inside.text}`,
        limit: 'none',
        fix: before(call, inside.steps),
      };
    }),
};

/** Example YAML that makes the call before the connection or lock is taken. */
function before({ caller, from, to }: Call, held: string): string {
  const part = from.slice(caller.length + 1);
  return yamlAt(['services', caller, 'endpoints', part], `steps:\n  - call: ${to}\n  - ${held}`);
}
