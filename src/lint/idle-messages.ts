import type { Step } from '../contracts/scenario/steps.js';
import { batchOf } from '../language/batches.js';
import { serverSteps } from './programs.js';
import type { Finding } from './rule.js';
import type { Subject } from './subject.js';
import { yamlAt } from './words.js';

/** Steps that run once for each message of a batch, in endpoints that get one message at a time, or none. */
export function idleMessages({ scenario }: Subject): readonly Finding[] {
  return serverSteps(scenario).flatMap(({ from, steps, path }) => {
    if (batchOf(scenario, from) > 1) return [];
    return steps.flatMap((step, index): readonly Finding[] => {
      const once = onceFor(step);
      if (once === null) return [];
      const at = [...path, index];
      return [
        {
          path: at,
          entities: [from],
          message: `messages is always 1 in ${from}`,
          measured: 'no consumer hands it a batch',
          limit: 'a consumer with `batch` above 1',
          fix: yamlAt(at, once),
        },
      ];
    });
  });
}

/** The YAML with which a step that counts messages runs once; null for others. */
function onceFor(step: Step): string | null {
  if (step.times.kind === 'messages') return 'times: 1';
  if (step.verb === 'loop' && step.count.kind === 'messages') return 'loop: { times: 1 }';
  const isCopied = step.verb === 'parallel' && step.each.kind === 'messages';
  return isCopied ? 'parallel: { each: 1 }' : null;
}
