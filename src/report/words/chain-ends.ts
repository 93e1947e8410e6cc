import type { CascadeEvent } from '../../contracts/result/cascade.js';
import { formatCount, formatInstant, formatSeconds } from '../../text/figures.js';
import { EPISODES_MAX, episodesOf, isEnd } from '../view/episodes.js';

/**
 * The end of a subject's last episode. The chain begins with the first one, so the text mentions those in between.
 */
export function describedEnd(event: CascadeEvent, events: readonly CascadeEvent[]): CascadeEvent {
  if (!isEnd(event)) return event;
  const own = episodesOf(events).filter(
    ({ start }) => start.subject === event.subject && start.at < event.at,
  );
  const episode = own[own.length - 1];
  if (own.length < 2 || episode?.end !== event) return event;
  if (event.kind === 'notRecovered')
    return { ...event, text: `${event.text}, since ${formatInstant(episode.start.at)}` };
  const lasted = formatSeconds(event.at - episode.start.at);
  const isFew = own.length < EPISODES_MAX;
  if (event.episodes !== undefined) {
    const count = formatCount(event.episodes);
    const times = `${count} times from ${formatInstant(own[0]!.start.at)} on, the last time`;
    if (event.head === undefined) return { ...event, text: `${times} after ${lasted}` };
    return { ...event, detail: `was unhealthy ${times} for ${lasted}` };
  }
  // The end of a degradation says how long that lasted.
  const detail = isFew
    ? `was unhealthy for the second time, for ${lasted}`
    : `was unhealthy again and again, this time for ${lasted}`;
  const text = isFew
    ? `for the second time, after ${lasted}`
    : `again and again, this time after ${lasted}`;
  return event.head === undefined ? { ...event, text } : { ...event, detail };
}
