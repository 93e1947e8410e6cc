import { tickText, timeTicks } from './charts/frame.js';
import { coordinate } from './format.js';
import { markup, type Markup, type Part } from './html-escape.js';
import type { View } from './view.js';

/** A picture of the whole run, which shares the cursor and the zoom of the page; `readings`: what it reads out. */
export function timeBox(picture: Part, readings: readonly number[] = []): Markup {
  return markup`<div class="in tc" data-r="${readings.join(' ')}">${picture}</div>`;
}

/** A picture of a part of the run, or with words beside its plot: `margin` is their room left and right, as shares. */
export function windowBox(
  picture: Part,
  [from, until]: readonly [number, number],
  [left, right]: readonly [number, number],
): Markup {
  const share = (value: number): string => String(Math.round(value * 1e4) / 1e4);
  return markup`<div class="tc" data-t="${from} ${until}" data-m="${share(left)} ${share(right)}">${picture}</div>`;
}

/** Labels of the shared time axis, as text at their positions. */
export function timeAxis(view: View, narrow = false): Markup {
  const end = view.result.run.duration;
  // The last label contains the unit and ends at the edge, so it needs more room than the others.
  const room = end * (narrow ? 0.36 : 0.14);
  const ticks = timeTicks(view, 0, end, narrow ? 0.16 : 0.08).filter(
    (at) => at === end || end - at > room,
  );
  const marks = ticks.map((at, i) => {
    const share = at / end;
    const side =
      share > 0.88
        ? 'right:0'
        : share < 0.04
          ? 'left:0'
          : `left:${coordinate(share * 100)}%;transform:translateX(-50%)`;
    const middle = i > 1 && i < ticks.length - 1 && markup` class="x"`;
    return markup`<span${middle} style="${side};top:4px">${i === ticks.length - 1 ? `${tickText(at)} s` : tickText(at)}</span>`;
  });
  return markup`<div class="fc axis gut" aria-hidden="true"><div class="in">${marks}</div></div>`;
}

/** A label in the margin left of a panel, at a height in per cent. */
export function gutterLabel(percent: number, text: string): Markup {
  return markup`<span class="g" style="top:${coordinate(percent)}%">${text}</span>`;
}
