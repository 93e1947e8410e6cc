import type { MapFrames } from '../readings.js';
import { all } from './dom.js';

/** Reads a reading at an instant. */
export interface MapReader {
  readonly valueAt: (index: number, at: number) => number | null;
  readonly textAt: (index: number, at: number) => string;
}

/** A map that shows the instant of the cursor. */
export class TopologyMap {
  /** Its frames, and the one that it was drawn for. */
  private readonly frames: MapFrames<readonly string[]> & { readonly own: number };
  private readonly lead: HTMLElement;
  private readonly head: HTMLElement;
  private readonly title: string;

  constructor(part: HTMLElement) {
    const { step, count, at, states, busy, flows } = part.dataset;
    this.frames = {
      step: Number(step),
      own: Number(at),
      count: Number(count),
      states: rowsOf(states),
      busy: rowsOf(busy),
      flows: rowsOf(flows),
    };
    this.lead = part.querySelector<HTMLElement>('figure.lead')!;
    this.head = this.lead.querySelector('h3')!;
    this.title = this.head.innerHTML;
  }

  /** Shows an instant; null = the one that it was drawn for. `textAt` and `valueAt` read a reading. */
  show(at: number | null, read: MapReader): void {
    const { step, own, count } = this.frames;
    const frame = at === null ? own : Math.min(count - 1, Math.floor(at / step + 1e-9));
    if (frame === own) this.head.innerHTML = this.title;
    else this.head.textContent = `At ${Math.round(frame * step * 1e6) / 1e6} s`;
    this.lead.classList.toggle('moved', frame !== own);
    for (const svg of this.lead.querySelectorAll('svg')) {
      this.draw(svg, frame);
      this.write(svg, frame, read);
    }
  }

  /** The shares of users, the rates of retried calls, and the switches of open breakers. */
  private write(svg: SVGSVGElement, frame: number, { valueAt, textAt }: MapReader): void {
    const at = frame * this.frames.step;
    const indexOf = (mark: HTMLElement): number => Number(mark.dataset.r);
    for (const share of all('tspan[data-r]', svg)) share.textContent = textAt(indexOf(share), at);
    for (const rate of all('.ew', svg)) {
      const isRetried = (this.frames.flows[Number(rate.dataset.e)]?.[frame] ?? '-') >= 'a';
      rate.setAttribute('visibility', isRetried ? 'visible' : 'hidden');
      rate.querySelector('text')!.textContent = textAt(indexOf(rate), at);
    }
    for (const mark of all('.sw', svg)) {
      const isOpen = (valueAt(indexOf(mark), at) ?? 0) > 0;
      mark.setAttribute('visibility', isOpen ? 'visible' : 'hidden');
    }
  }

  private draw(svg: SVGSVGElement, frame: number): void {
    const { states, busy, flows } = this.frames;
    all('.tn', svg).forEach((node, i) => {
      node.dataset.s = states[i]?.[frame] ?? 'o';
      const bar = node.querySelector('.bar');
      const level = busy[i]?.[frame] ?? '-';
      const room = Number(node.querySelector('rect')?.getAttribute('width')) - 16;
      if (bar !== null && level !== '-')
        bar.setAttribute('width', String((room * Number(level)) / 9));
    });
    all('.te path', svg).forEach((line, i) => flow(line, flows[i]?.[frame] ?? '-'));
  }
}

/** A digit is a rate; a letter one most of whose calls are retries. */
function flow(line: Element, letter: string): void {
  const isRetried = letter >= 'a';
  const rate = letter === '-' ? 0 : isRetried ? letter.charCodeAt(0) - 97 : Number(letter);
  line.setAttribute('stroke-width', letter === '-' ? '0.7' : String(0.9 + (rate / 9) * 4.2));
  line.setAttribute('stroke', isRetried ? 'var(--failing)' : 'var(--ok)');
  if (isRetried) line.setAttribute('stroke-dasharray', '3 2.4');
  else line.removeAttribute('stroke-dasharray');
}

function rowsOf(text = ''): string[] {
  return text
    .split(' ')
    .map((runs) =>
      runs.replace(/(.)\*(\d+),/g, (_, letter: string, count: string) =>
        letter.repeat(Number(count)),
      ),
    );
}
