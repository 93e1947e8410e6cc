import type { Scene } from './influence.js';
import type { Link } from './links.js';
import type { Mechanism } from './mechanism.js';

/** Mechanisms that only say that answers have not come yet. */
const SILENT: ReadonlySet<string> = new Set(['slow', 'abandoned']);

/**
 * Where answers only take long, or do not come, and a fault hits the messages of a link in steps [from, until), the
 * network is told instead of the callee: lost messages always, delayed ones while the callee itself is well.
 */
export function onTheWay(
  scene: Scene,
  link: Link,
  from: number,
  until: number,
  found: Mechanism,
): Mechanism {
  if (!SILENT.has(found.mechanism)) return found;
  const hits = scene.hits.filter(
    (hit) =>
      hit.from < until && hit.until >= from && link.stats.some((stat) => hit.stats.has(stat)),
  );
  const between = `messages between ${link.caller.name} and ${link.callee.name}`;
  if (hits.some((hit) => hit.losesMessages)) {
    return { ...found, mechanism: 'lostMessages', text: `${between} are lost` };
  }
  const episodes = scene.health.get(link.callee)?.episodes ?? [];
  const isIll = episodes.some((episode) => episode.from < until && episode.until >= from);
  if (isIll || !hits.some((hit) => hit.delaysMessages)) return found;
  return { ...found, mechanism: 'slowNetwork', text: `${between} take longer` };
}
