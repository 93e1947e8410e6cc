import { all, made, numbersOf } from './dom.js';
import { readOut, unpacked, type PageData } from '../readings.js';

type Span = readonly [number, number];

/** A picture over time: the cursor and the read-out in it. */
interface Chart {
  readonly box: HTMLElement;
  /** The part of the run that it always shows; null = the one that the page is zoomed to. */
  readonly own: Span | null;
  /** Free space left and right of its plot, as shares of its width. */
  readonly margin: Span;
  readonly readings: readonly number[];
  readonly line: HTMLElement;
  readonly words: HTMLElement | null;
}

/** Most values that one picture reads out. */
const VALUES = 6;
/** Labels on the axis of a part of the run. */
const TICKS = 4;

/** All pictures of the page over time. They share one instant and one part of the run. */
export class Charts {
  private readonly values = new Map<number, readonly (number | null)[]>();
  private readonly charts: readonly Chart[] = all('.tc').map(chartOf);

  constructor(private readonly data: PageData) {}

  /** Instant under a pointer in a picture; null if it is in none. */
  instantAt(target: Element | null, x: number, zoom: Span): number | null {
    const box = target?.closest<HTMLElement>('.tc');
    const chart = this.charts.find((one) => one.box === box);
    if (chart === undefined) return null;
    const [from, until] = chart.own ?? zoom;
    const { left, width } = chart.box.getBoundingClientRect();
    const room = 1 - chart.margin[0] - chart.margin[1];
    const share = ((x - left) / width - chart.margin[0]) / room;
    if (share < 0 || share > 1) return null;
    // A tenth of a step is as much as a reader can want.
    const fine = this.data.step / 10;
    return Number((Math.round((from + share * (until - from)) / fine) * fine).toFixed(9));
  }

  /** Moves the cursor of every picture; null takes it away. */
  show(at: number | null, zoom: Span): void {
    for (const chart of this.charts) {
      const share = at === null ? -1 : shareOf(at, chart.own ?? zoom);
      const isShown = share >= 0 && share <= 1;
      chart.line.hidden = !isShown;
      if (chart.words !== null) chart.words.hidden = !isShown;
      if (!isShown || at === null) continue;
      const left = chart.margin[0] + share * (1 - chart.margin[0] - chart.margin[1]);
      chart.line.style.left = `${left * 100}%`;
      if (chart.words !== null && isVisible(chart.box))
        this.say(chart, chart.words, at, left > 0.5);
    }
  }

  /** Shows a part of the run in every picture of the whole of it. */
  zoomTo(zoom: Span): void {
    const { end } = this.data;
    const [from, until] = zoom;
    const isWhole = from === 0 && until === end;
    for (const { box, own } of this.charts) {
      if (own !== null) continue;
      for (const svg of box.querySelectorAll('svg')) {
        const [, , width, height] = (svg.dataset.whole ??= svg.getAttribute('viewBox')!).split(' ');
        const x = (from / end) * Number(width);
        svg.setAttribute('viewBox', `${x} 0 ${((until - from) / end) * Number(width)} ${height}`);
      }
    }
    for (const pin of all('[data-pin]')) {
      const share = shareOf(Number(pin.dataset.pin), zoom);
      pin.hidden = share < 0 || share > 1;
      pin.style.left = `${share * 100}%`;
    }
    for (const row of all('[data-span]')) {
      const [start = 0, stop = 0] = numbersOf(row.dataset.span);
      const [left, right] = [Math.max(start, from), Math.min(stop, until)];
      row.hidden = left > right;
      row.style.setProperty('--l', `${shareOf(left, zoom) * 100}%`);
      row.style.setProperty('--s', `${((right - left) / (until - from)) * 100}%`);
    }
    for (const axis of all('.axis .in')) {
      all('.zoomed', axis).forEach((mark) => mark.remove());
      all('span', axis).forEach((mark) => (mark.hidden = !isWhole));
      if (!isWhole) axis.append(...marksOf(zoom));
    }
  }

  /** Value of a reading at an instant. */
  valueAt(index: number, at: number): number | null {
    let values = this.values.get(index);
    if (values === undefined) {
      values = unpacked(this.data.readings[index]?.[2] ?? '0:');
      this.values.set(index, values);
    }
    const step = Math.floor(at / this.data.step + 1e-9);
    return values[Math.max(0, Math.min(values.length - 1, step))] ?? null;
  }

  /** A reading in words at an instant. */
  textAt(index: number, at: number): string {
    const [label, unit, values] = this.data.readings[index]!;
    return readOut({ label, unit, values }, this.valueAt(index, at));
  }

  private say(chart: Chart, words: HTMLElement, at: number, isLeft: boolean): void {
    const texts = chart.readings.slice(0, VALUES).map((index) => this.textAt(index, at));
    words.textContent = texts.join(' · ');
    words.classList.toggle('left', isLeft);
  }
}

function chartOf(box: HTMLElement): Chart {
  const [from, until] = numbersOf(box.dataset.t);
  const [left = 0, right = 0] = numbersOf(box.dataset.m);
  const readings = numbersOf(box.dataset.r);
  const line = made('i', { className: 'cur', hidden: true });
  const words = readings.length === 0 ? null : made('b', { className: 'rd', hidden: true });
  box.append(line, ...(words === null ? [] : [words]));
  const own: Span | null = from === undefined || until === undefined ? null : [from, until];
  return { box, own, margin: [left, right], readings, line, words };
}

function shareOf(at: number, [from, until]: Span): number {
  return (at - from) / (until - from);
}

function isVisible(box: HTMLElement): boolean {
  const { top, bottom, width } = box.getBoundingClientRect();
  return width > 0 && bottom > 0 && top < innerHeight;
}

function marksOf([from, until]: Span): HTMLElement[] {
  const step = roundStep((until - from) / TICKS);
  const marks: HTMLElement[] = [];
  for (let at = Math.ceil(from / step) * step; at <= until + step * 1e-6; at += step) {
    const mark = made('span', {
      className: 'zoomed',
      textContent: String(Number(at.toPrecision(6))),
    });
    mark.style.left = `${shareOf(at, [from, until]) * 100}%`;
    marks.push(mark);
  }
  const last = marks.at(-1);
  if (last !== undefined) last.textContent += ' s';
  return marks;
}

/** 1, 2 or 5 times a power of ten, at least as long. */
function roundStep(seconds: number): number {
  const digits = seconds.toExponential(0).split('e');
  const power = Number(`1e${digits[1]!}`);
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= seconds) ?? seconds;
}
