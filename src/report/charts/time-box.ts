import { tickText, timeTicks } from './frame.js';
import type { Drawing } from '../drawing/draw.js';
import { coordinate } from '../base/format.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';
import type { View } from '../view/view.js';

/** A picture of the whole run, which shares the cursor and the zoom of the page; `readings`: what it reads out. */
export function timeBox(picture: Part, readings: readonly number[] = []): Markup {
  return markup`<div class="in tc" data-r="${readings.join(' ')}">${picture}</div>`;
}

/** A picture of a part of the run, or with words beside its plot: `margin` is their room left and right, as shares. */
export function windowBox(
  picture: Part,
  [from, until]: readonly [number, number],
  [left, right]: readonly [number, number],
  readings: readonly number[] = [],
): Markup {
  return markup`<div class="tc" data-t="${from} ${until}" data-m="${shareText(left)} ${shareText(right)}"${readings.length > 0 && markup` data-r="${readings.join(' ')}"`}>${picture}</div>`;
}

/** A picture of curves over a logarithmic axis, which reads out values at equal steps of it; `domain` in seconds. */
export function curveBox(
  picture: Part,
  { width, margin }: Drawing,
  [low, high]: readonly [number, number],
  readings: readonly number[],
): Markup {
  const room = [margin!.left, margin!.right].map((own) => shareText(own / width));
  return markup`<div class="xc" data-x="${low} ${high}" data-m="${room.join(' ')}" data-r="${readings.join(' ')}">${picture}</div>`;
}

/** A picture of rows, which reads out those of its table: from `top` on, each `row` high; `skip`: rows above them there. */
export function rowsBox(
  picture: Part,
  { height }: Drawing,
  rows: {
    readonly top: number;
    readonly row: number;
    readonly count: number;
    readonly skip?: number;
  },
): Markup {
  const { top, row, count, skip = 0 } = rows;
  const places = [top, row].map((own) => shareText(own / height));
  return markup`<div class="xc" data-b="${places.join(' ')} ${count} ${skip}">${picture}</div>`;
}

function shareText(value: number): string {
  return String(Math.round(value * 1e4) / 1e4);
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

/** A value in a picture of the whole run, which moves with the zoom; `share` of its width, `top` in per cent. */
export function pinned(at: number, share: number, top: number, text: string): Markup {
  const end = share > 0.85 && ';transform:translateX(-100%)';
  return markup`<span class="i" data-pin="${at}" style="left:${coordinate(share * 100)}%;top:${coordinate(top)}%${end}">${text}</span>`;
}

/** A label in the margin left of a panel, at a height in per cent. */
export function gutterLabel(percent: number, text: string): Markup {
  return markup`<span class="g" style="top:${coordinate(percent)}%">${text}</span>`;
}
