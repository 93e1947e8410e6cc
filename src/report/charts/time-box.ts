import { faultLines, roomOf, tickText, timeTicks } from './frame.js';
import { textWidth, type Drawing } from '../drawing/draw.js';
import { coordinate } from '../base/format.js';
import { markup, shorten, type Markup, type Part } from '../base/html-escape.js';
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

/** Labels of the shared time axis, as text at their positions; `narrow`: of small panels side by side. */
export function timeAxis(view: View, narrow = false): Markup {
  return axis(view, narrow ? NARROW : WIDE);
}

/** The axis below a strip on a phone, where the one above all strips is out of sight. */
export function phoneAxis(view: View): Markup {
  return axis(view, PHONE, ' nw');
}

function axis(view: View, width: number, className = ''): Markup {
  const end = view.result.run.duration;
  const ticks = timeTicks(view, 0, end, width, true);
  const marks = ticks.map((at, i) => {
    const [x, half] = [(at / end) * width, roomOf(at, end) / 2];
    const side =
      x + half > width
        ? 'right:0;transform:none'
        : x < half
          ? 'left:0;transform:none'
          : `left:${coordinate((at / end) * 100)}%`;
    const middle = i > 1 && i < ticks.length - 1 && markup` class="x"`;
    return markup`<span${middle} style="${side}">${i === ticks.length - 1 ? `${tickText(at)} s` : tickText(at)}</span>`;
  });
  return markup`<div class="fc axis gut${className}" aria-hidden="true"><div class="in">${marks}</div></div>`;
}

/** The least widths of an axis: of the strips, of one on a phone, and of panels side by side. Unit: px. */
const WIDE = 420;
const PHONE = 290;
const NARROW = 180;

/** A row for each fault above the strips: when it is active, and its name and time beside that. */
export function faultRows(view: View): Part {
  const end = view.result.run.duration;
  const { shown, words } = faultLines(view, [0, end]);
  const rows = shown.map(({ from, until, text }) => {
    const name = shorten(text, MOST_LETTERS);
    const [left, length] = [(from / end) * 100, ((until - from) / end) * 100];
    return markup`<div data-span="${from} ${until}" style="--l:${coordinate(left)}%;--s:${coordinate(length)}%;--w:${Math.ceil(textWidth(name, 11))}px"><span>${name}</span></div>`;
  });
  return (
    rows.length > 0 &&
    markup`<div class="fl">${rows}${words !== null && markup`<p>${words}</p>`}</div>`
  );
}

/** Letters of a fault that fit above a strip of a wide page; a phone has fewer of them. */
const MOST_LETTERS = 96;

/**
 * A value in a picture of the whole run, which moves with the zoom; `share` of its width, `top` in per cent. `isLeft`: its words
 * end there.
 */
export function pinned(
  at: number,
  share: number,
  top: number,
  text: string,
  isLeft = share > 0.85,
): Markup {
  const end = isLeft && ';transform:translateX(-100%)';
  return markup`<span class="i" data-pin="${at}" style="left:${coordinate(share * 100)}%;top:${coordinate(top)}%${end}">${text}</span>`;
}

/** A label in the margin left of a panel, at a height in per cent. */
export function gutterLabel(percent: number, text: string): Markup {
  return markup`<span class="g" style="top:${coordinate(percent)}%">${text}</span>`;
}
