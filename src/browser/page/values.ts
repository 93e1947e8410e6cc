import { exp, log } from '../../kernel/math.js';
import { formatSeconds } from '../../text/figures.js';
import { readOut, unpacked, type PageData } from '../readings.js';
import { all, made, numbersOf } from './dom.js';

/** Most values that a picture reads out. */
const VALUES = 6;

/** A picture without a time axis, and the places that it reads out. */
interface Picture {
  readonly box: HTMLElement;
  readonly count: number;
  /** The place under a pointer, from 0 on; outside of the picture it is none of them. */
  readonly under: (event: MouseEvent) => number;
  readonly say: (place: number) => string;
  /** Moves the mark to a place. */
  readonly mark: (line: HTMLElement, place: number) => void;
}

/** Read-outs of the pictures without a time axis: by mouse, touch, and arrow keys once a picture has the focus. */
export function readValues(data: PageData): void {
  for (const box of all('.xc')) {
    const picture = box.dataset.x === undefined ? rowsOf(box) : curvesOf(box, data);
    if (picture.count > 0) listen(picture);
  }
}

function listen({ box, count, under, say, mark }: Picture): void {
  const line = made('i', { className: 'cur', hidden: true });
  const words = made('b', { className: 'rd', hidden: true });
  words.setAttribute('aria-live', 'polite');
  box.append(line, words);
  box.tabIndex = 0;
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', 'Values of the picture, by arrow keys');
  let place = -1;
  const show = (next: number): void => {
    place = next >= 0 && next < count ? next : -1;
    line.hidden = words.hidden = place < 0;
    if (place < 0) return;
    mark(line, place);
    words.textContent = say(place);
    words.classList.toggle('left', place * 2 > count);
  };
  const follow = (event: MouseEvent): void => show(under(event));
  box.addEventListener('pointermove', follow);
  box.addEventListener('pointerdown', follow);
  box.addEventListener('pointerleave', ({ pointerType }) => {
    if (pointerType === 'mouse') show(-1);
  });
  box.addEventListener('blur', () => show(-1));
  box.addEventListener('keydown', (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') show(-1);
    if (by === undefined) return;
    event.preventDefault();
    show(Math.max(0, Math.min(count - 1, place + by)));
  });
}

/** Curves over a logarithmic axis of seconds: their values at equal steps of it. */
function curvesOf(box: HTMLElement, { readings }: PageData): Picture {
  const [low = 1, high = 1] = numbersOf(box.dataset.x);
  const [left = 0, right = 0] = numbersOf(box.dataset.m);
  const own = numbersOf(box.dataset.r).slice(0, VALUES);
  // The values of hidden pictures are not read.
  let values: readonly (readonly (number | null)[])[] | undefined;
  const lists = (): typeof values & object =>
    (values ??= own.map((index) => unpacked(readings[index]![2])));
  const count = own.length === 0 ? 0 : unpacked(readings[own[0]!]![2]).length;
  const room = 1 - left - right;
  return {
    box,
    count,
    under: ({ clientX }) => {
      const frame = box.getBoundingClientRect();
      const share = ((clientX - frame.left) / frame.width - left) / room;
      return share < 0 || share > 1 ? -1 : Math.round(share * (count - 1));
    },
    say: (place) => {
      const seconds = low * exp((log(high / low) * place) / (count - 1));
      const texts = lists().map((list, i) => {
        const [label, unit, packed] = readings[own[i]!]!;
        return readOut({ label, unit, values: packed }, list[place] ?? null);
      });
      return [formatSeconds(seconds), ...texts].join(' · ');
    },
    mark: (line, place) => {
      line.style.left = `${(left + (place / (count - 1)) * room) * 100}%`;
    },
  };
}

/** Rows, such as bars: the row of the table beside the picture. */
function rowsOf(box: HTMLElement): Picture {
  const [top = 0, row = 1, count = 0, skip = 0] = numbersOf(box.dataset.b);
  const table = box.closest('figure.wf, .only')?.querySelector('details table');
  const heads = [...(table?.querySelectorAll('thead tr > *') ?? [])].map(textOf);
  return {
    box,
    count: table === undefined ? 0 : count,
    under: ({ clientY }) => {
      const frame = box.getBoundingClientRect();
      return Math.floor(((clientY - frame.top) / frame.height - top) / row);
    },
    say: (place) => {
      const cells = table?.querySelectorAll('tbody tr')[place + skip]?.children ?? [];
      return [...cells]
        .map((cell, i) => (i === 0 ? textOf(cell) : `${heads[i] ?? ''} ${textOf(cell)}`))
        .filter((text) => !text.endsWith(' –'))
        .join(' · ');
    },
    mark: (line, place) => {
      line.classList.add('row');
      line.style.top = `${(top + place * row) * 100}%`;
      line.style.height = `${row * 100}%`;
    },
  };
}

function textOf(element: Element): string {
  return element.textContent.replace(/\s+/g, ' ').trim();
}
