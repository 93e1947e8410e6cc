import type { StoryEvent } from './cascade.js';

/** An event's text of two parts: `psp crashes; it ends after 2 s`, `success 97 %: 5 of 175 requests fail`. */
export function twoParts(
  head: string,
  detail: string,
  separator: '; ' | ': ' | ' ',
): Pick<StoryEvent, 'text' | 'head' | 'detail'> {
  return detail === '' ? { text: head } : { text: `${head}${separator}${detail}`, head, detail };
}

/** The text of an event without its detail: what a fault does, without its effect on the target. */
export function headOf({ text, head }: Pick<StoryEvent, 'text' | 'head'>): string {
  return head ?? text;
}
