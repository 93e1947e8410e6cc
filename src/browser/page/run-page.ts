import { fragmentOf, stateOf, type PageState } from '../fragment.js';
import { subjectOut, type PageData, type PageVariant } from '../readings.js';
import { Clock } from './clock.js';
import { all } from './dom.js';
import { finder, leave } from './find.js';
import { openFolds } from './folds.js';
import { TopologyMap } from './map.js';
import { Tabs } from './tabs.js';

/** Most components that the line of states names. */
const TOLD = 4;

/** A page of runs: their clock, the tabs of the evidence, and a link to what is seen. */
export class RunPage {
  private readonly radios = all<HTMLInputElement>('.pick input');
  private readonly clock: Clock;
  private readonly tabs: Tabs | null;
  private readonly field: HTMLInputElement | null;
  private readonly maps: readonly TopologyMap[] = all('.scrub').map(
    (part) => new TopologyMap(part),
  );
  private readonly first: PageVariant = this.chosen;

  constructor(private readonly data: PageData) {
    const remember = (): void => this.remember();
    this.clock = new Clock(
      data,
      () => this.chosen.events,
      (at, isKept) => {
        this.maps.forEach((map) => map.show(at, this.clock));
        this.tellStates(at);
        if (isKept) remember();
      },
    );
    const evidence = document.getElementById('evidence');
    this.tabs = evidence === null ? null : new Tabs(evidence, remember);
    this.field = finder(() => {
      this.tabs?.open('services');
      remember();
    });
    const bar = document.querySelector('.clock');
    bar?.append(this.clock.controls(), ...(this.field === null ? [] : [this.field]));
    for (const radio of this.radios) {
      radio.addEventListener('change', () => {
        this.chooseTabs();
        this.tellStates(this.clock.at);
        remember();
      });
    }
    this.chooseTabs();
    for (const row of all('[data-at]'))
      row.addEventListener('click', () => this.clock.keep(Number(row.dataset.at)));
  }

  /** Restores what a link says, or opens the part that it names. */
  arrive(fragment: string): void {
    const state = stateOf(fragment, this.data.end);
    if (state !== null) return this.restore(state);
    const part = openFolds(fragment.slice(1));
    const id = part === null ? null : (this.tabs?.sectionOf(part) ?? null);
    if (part !== null && id !== null && this.tabs?.open(id)) part.scrollIntoView();
  }

  private get chosen(): PageVariant {
    const { variants } = this.data;
    const value = this.radios.find(({ checked }) => checked)?.value;
    return variants.find(({ key }) => key === value) ?? variants[0]!;
  }

  private restore({ variant, at, zoom, tab, find }: PageState): void {
    const key = this.data.variants.find(({ name }) => name === variant)?.key;
    const radio = this.radios.find(({ value }) => value === key);
    if (radio !== undefined) radio.checked = true;
    this.chooseTabs();
    if (tab !== undefined) this.tabs?.open(tab);
    if (this.field !== null && find !== undefined) leave((this.field.value = find));
    if (zoom !== undefined) this.clock.zoomTo(zoom);
    if (at !== undefined) this.clock.keep(at);
  }

  /** Leaves only the tabs that the chosen variant has. */
  private chooseTabs(): void {
    this.tabs?.leave(`no-${this.chosen.key}`);
  }

  /** Writes what is seen into the address, without a step of the history. */
  private remember(): void {
    const { zoom, at } = this.clock;
    const isWhole = zoom[0] === 0 && zoom[1] === this.data.end;
    const fragment = fragmentOf({
      variant: this.chosen === this.first ? undefined : this.chosen.name,
      at: at ?? undefined,
      zoom: isWhole ? undefined : zoom,
      tab: this.tabs?.shown ?? undefined,
      find: this.field?.value || undefined,
    });
    history.replaceState(null, '', fragment || location.href.split('#')[0]);
  }

  /** Which components of the chosen variant are not well at an instant. */
  private tellStates(at: number | null): void {
    const lines = all('.readout');
    if (lines.length === 0) return;
    const words =
      at === null
        ? []
        : this.chosen.subjects.flatMap(
            (one) => subjectOut(one, (index) => this.clock.valueAt(index, at)) ?? [],
          );
    const more = words.length > TOLD ? ` · and ${words.length - TOLD} more` : '';
    const text = words.slice(0, TOLD).join(' · ') || 'every component is ok';
    for (const line of lines)
      line.textContent = at === null ? '' : `${Number(at.toFixed(2))} s: ${text}${more}`;
  }
}
