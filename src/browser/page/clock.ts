import { Charts } from './charts.js';
import { made } from './dom.js';
import type { PageData } from '../readings.js';

type Span = readonly [number, number];

/** A pointer that moves less than this clicks. Unit: pixels. */
const CLICK = 4;

/**
 * The one instant and the one part of the run that all pictures share: by mouse, touch and keys. A click keeps the
 * instant, a drag zooms, `[` and `]` go from event to event.
 */
export class Clock {
  /** The instant that a click kept; null = none. */
  at: number | null = null;
  zoom: Span;
  private readonly charts: Charts;
  private readonly slider: HTMLInputElement;
  private readonly words: HTMLOutputElement;
  private readonly data: PageData;
  private readonly eventsOf: () => PageData['variants'][number]['events'];
  private readonly moved: (at: number | null, isKept: boolean) => void;

  constructor(data: PageData, eventsOf: Clock['eventsOf'], moved: Clock['moved']) {
    this.data = data;
    this.eventsOf = eventsOf;
    this.moved = moved;
    this.zoom = [0, data.end];
    this.charts = new Charts(data);
    this.slider = made('input', { type: 'range', min: '0', max: String(data.end), value: '0' });
    this.slider.step = String(data.step);
    this.slider.setAttribute('aria-label', 'Instant of the run');
    this.words = made('output');
    this.listen();
  }

  /** Its controls: event before and after, slider, instant, zoom. */
  controls(): HTMLElement {
    const bar = made('div', { className: 'ctl' });
    const button = (text: string, title: string, act: () => void): HTMLButtonElement => {
      const own = made('button', { type: 'button', textContent: text, title });
      own.setAttribute('aria-label', title);
      own.addEventListener('click', act);
      return own;
    };
    const { fault, end } = this.data;
    bar.append(
      button('‹', 'Event before (key [)', () => this.jump(-1)),
      this.slider,
      button('›', 'Next event (key ])', () => this.jump(1)),
      this.words,
      ...(fault === null
        ? []
        : [
            button('Zoom to the fault', 'Zoom to the fault', () => this.zoomTo(around(fault, end))),
          ]),
      button('Whole run', 'Show the whole run', () => this.zoomTo([0, end])),
    );
    return bar;
  }

  keep(at: number | null): void {
    this.at = at;
    this.show(at, true);
  }

  zoomTo([from, until]: Span): void {
    const { step, end } = this.data;
    const least = Math.min(end, 4 * step);
    const start = Math.max(0, Math.min(from, end - least));
    this.zoom = [start, Math.min(end, Math.max(until, start + least))];
    this.charts.zoomTo(this.zoom);
    this.show(this.at, true);
  }

  /** Value of a reading at an instant. */
  readonly valueAt = (index: number, at: number): number | null => this.charts.valueAt(index, at);
  /** The same in words. */
  readonly textAt = (index: number, at: number): string => this.charts.textAt(index, at);

  private show(at: number | null, isKept: boolean): void {
    this.charts.show(at, this.zoom);
    if (at !== null) this.slider.value = String(at);
    const words = at === null ? '' : `${Number(at.toFixed(this.data.step < 0.1 ? 3 : 1))} s`;
    this.words.textContent = words;
    this.slider.setAttribute('aria-valuetext', words);
    this.moved(at, isKept);
  }

  private jump(by: 1 | -1): void {
    const now = this.at ?? (by > 0 ? -1 : Infinity);
    const times = this.eventsOf();
    const next =
      by > 0 ? times.find((at) => at > now + 1e-9) : times.findLast((at) => at < now - 1e-9);
    if (next !== undefined) this.keep(next);
  }

  private listen(): void {
    let start: { readonly at: number; readonly x: number } | null = null;
    const instantOf = ({ target, clientX }: MouseEvent): number | null =>
      this.charts.instantAt(target instanceof Element ? target : null, clientX, this.zoom);
    let isHovering = false;
    document.addEventListener('pointermove', (event) => {
      const at = instantOf(event);
      if (at !== null) this.show(at, false);
      else if (isHovering) this.show(this.at, false);
      isHovering = at !== null;
    });
    document.addEventListener('pointerdown', (event) => {
      const at = instantOf(event);
      start = at === null || event.button !== 0 ? null : { at, x: event.clientX };
    });
    document.addEventListener('pointerup', (event) => {
      const at = instantOf(event);
      if (start === null || at === null) return;
      const isDrag = Math.abs(event.clientX - start.x) > CLICK && event.pointerType === 'mouse';
      if (isDrag) this.zoomTo([Math.min(at, start.at), Math.max(at, start.at)]);
      else this.keep(at);
      start = null;
    });
    document.addEventListener('dblclick', (event) => {
      if (instantOf(event) !== null) this.zoomTo([0, this.data.end]);
    });
    this.slider.addEventListener('input', () => this.keep(Number(this.slider.value)));
    document.addEventListener('keydown', (event) => {
      const isTyping = event.target instanceof HTMLInputElement && event.target.type !== 'range';
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '[') this.jump(-1);
      if (event.key === ']') this.jump(1);
      if (event.key === 'Escape' && this.at !== null) this.keep(null);
    });
  }
}

/** A fault with what comes before and after it. */
function around([from, until]: Span, end: number): Span {
  const margin = (until - from) * 0.25;
  return [Math.max(0, from - margin), Math.min(end, until + margin)];
}
