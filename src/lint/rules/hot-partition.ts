import { NS_PER_SECOND } from '../../kernel/time.js';
import { hottestShare } from '../../contracts/scenario/hottest-share.js';
import { handlersOf, type Handler } from '../handlers.js';
import { publishedTo } from '../published.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatRate, formatShare } from '../../text/figures.js';
import { timeText, yamlAt } from '../words.js';

/** One key value with more messages than one handler can process. */
export const hotPartition: Rule = {
  name: 'hot-partition',
  severity: 'warning',
  reason:
    'All messages of a key go to one partition, and one handler processes them one after another. More members only help the other keys.',
  remedy:
    'Spread the key (a suffix, a finer key), handle larger batches, or reduce the work per message.',
  check: (subject) => handlersOf(subject).flatMap((handler) => findingsOf(handler, subject)),
};

function findingsOf(
  { topic, spec, path, elapsedNs }: Handler,
  subject: Subject,
): readonly Finding[] {
  if (elapsedNs === 0) return [];
  const most = (spec.batch * NS_PER_SECOND) / elapsedNs;
  const found: Finding[] = [];
  for (const [key, perSecond] of publishedTo(subject, topic.name)) {
    const population = subject.scenario.keys.get(key);
    const share = population === undefined ? 0 : hottestShare(population);
    const rate = perSecond * spec.filter * share;
    // If even an equal share is too much, all partitions fall behind, and consumers-below-traffic applies.
    if (share * topic.partitions <= 1 || rate === Infinity || rate <= most) continue;
    found.push({
      path,
      entities: [`${topic.name}.${spec.group}`, key],
      message: `one value of ${key} is more than a handler of ${topic.name}.${spec.group} takes`,
      measured: `${formatShare(share)} of ${formatRate(perSecond)} = ${formatRate(rate)}`,
      limit:
        `at most ${formatRate(most)}: ${timeText(elapsedNs)} each` +
        (spec.batch === 1 ? '' : ` for up to ${spec.batch}`),
      fix: yamlAt(['keys'], `${key}: uniform(count=${Math.ceil((2 * perSecond) / most)})`),
    });
  }
  return found;
}
