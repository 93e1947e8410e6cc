import { all, made } from './dom.js';

/** Sections one of which is visible at a time. On paper, and without the script, all of them are. */
export class Tabs {
  private readonly sections: readonly HTMLElement[];
  private readonly buttons: readonly HTMLButtonElement[];

  private readonly chosen: (id: string) => void;

  constructor(box: HTMLElement, chosen: (id: string) => void) {
    this.chosen = chosen;
    this.sections = all(':scope > section', box);
    this.buttons = this.sections.map((section) => this.buttonOf(section));
    if (this.sections.length < 2) return;
    const list = made('div', { className: 'tabs' });
    list.setAttribute('role', 'tablist');
    list.setAttribute('aria-label', box.getAttribute('aria-label') ?? 'Evidence');
    list.append(...this.buttons);
    box.prepend(list);
    box.classList.add('tabbed');
    list.addEventListener('keydown', ({ key }) => this.turn(key));
    this.open(this.sections[0]!.id);
  }

  /** Shows a section; false if it is none of them. */
  open(id: string): boolean {
    const index = this.sections.findIndex((section) => section.id === id);
    if (index < 0 || this.sections.length < 2) return index >= 0;
    this.sections.forEach((section, i) => section.classList.toggle('off', i !== index));
    this.buttons.forEach((button, i) => {
      button.setAttribute('aria-selected', String(i === index));
      button.tabIndex = i === index ? 0 : -1;
    });
    return true;
  }

  /** Hides the tabs of sections with a class. If one of them is open, the first other one is opened. */
  leave(className: string): void {
    const isLeft = this.sections.map((section) => section.classList.contains(className));
    this.buttons.forEach((button, i) => (button.hidden = isLeft[i]!));
    const open = this.sections.findIndex((section) => !section.classList.contains('off'));
    const other = isLeft.indexOf(false);
    if (isLeft[open] === true && other >= 0) this.open(this.sections[other]!.id);
  }

  /** The section that is visible; null if it is the first one. */
  get shown(): string | null {
    const index = this.sections.findIndex((section) => !section.classList.contains('off'));
    return index <= 0 ? null : this.sections[index]!.id;
  }

  sectionOf(element: Element): string | null {
    return this.sections.find((section) => section.contains(element))?.id ?? null;
  }

  private buttonOf(section: HTMLElement): HTMLButtonElement {
    const button = made('button', {
      type: 'button',
      textContent: section.dataset.tab ?? section.id,
    });
    button.setAttribute('role', 'tab');
    button.setAttribute('aria-controls', section.id);
    button.addEventListener('click', () => {
      this.open(section.id);
      this.chosen(section.id);
    });
    section.setAttribute('role', 'tabpanel');
    return button;
  }

  private turn(key: string): void {
    const by = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    const shown = this.buttons.filter(({ hidden }) => !hidden);
    const index = shown.findIndex((button) => button.tabIndex === 0);
    const next = shown[(index + by + shown.length) % shown.length]!;
    next.focus();
    next.click();
  }
}
