import type { Link } from './links.js';
import type { Mechanism } from './mechanism.js';
import type { Scene } from './scene.js';

/** Mechanisms that only show that responses are missing. */
const SILENT: ReadonlySet<string> = new Set(['slow', 'abandoned']);

/**
 * Blames the network instead of the callee where responses are only slow or missing and a fault hits the messages of
 * a link in steps [from, until): for lost messages always, for delayed messages and refused connections only while
 * the callee is healthy.
 */
export function onTheWay(
  scene: Scene,
  link: Link,
  from: number,
  until: number,
  found: Mechanism,
): Mechanism {
  const hits = scene.hits.filter(
    (hit) =>
      hit.from < until && hit.until >= from && link.stats.some((stat) => hit.stats.has(stat)),
  );
  if (hits.length === 0) return found;
  const isSilent = SILENT.has(found.mechanism);
  const isLosing = hits.some((hit) => hit.losesMessages);
  const between = `between ${link.caller.name} and ${link.callee.name}`;
  if (isSilent && isLosing)
    return { ...found, mechanism: 'lostMessages', text: `messages ${between} are lost` };
  const episodes = scene.health.get(link.callee)?.episodes ?? [];
  if (episodes.some((episode) => episode.from < until && episode.until >= from)) return found;
  if (isSilent && hits.some((hit) => hit.delaysMessages))
    return { ...found, mechanism: 'slowNetwork', text: `messages ${between} take longer` };
  if (found.mechanism === 'calleeError' && isLosing)
    return { ...found, mechanism: 'netLoss', text: `connections ${between} are refused` };
  return found;
}
